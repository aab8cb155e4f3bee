import type { ContextStorePort } from '../domain/contexts/context-book.ts'
import type { SealPort } from '../domain/seal-port.ts'
import { readFileIfThere, writeFileAtomic } from './atomic-file.ts'

/**
 * The imported contexts in one sealed file. With a key store that keeps nothing on disk they live in memory only,
 * and a file from before is left alone until the person chooses to seal again.
 */
export function createSealedContexts(path: string, seal: SealPort): ContextStorePort {
  let inMemory: Uint8Array | undefined
  return {
    async load() {
      if (!seal.persistent) return inMemory
      const sealed = await readFileIfThere(path)
      return sealed === undefined ? inMemory : seal.unseal(sealed)
    },
    async save(talosconfig) {
      if (!seal.persistent) {
        inMemory = talosconfig
        return
      }
      await writeFileAtomic(path, await seal.seal(talosconfig))
      inMemory = undefined
    },
  }
}
