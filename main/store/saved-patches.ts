import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { PatchScope } from '#contract/patches.ts'
import type { LogPort } from '../domain/log-port.ts'
import type { PatchStorePort, StoredPatch } from '../domain/machine-config/patches/saved-patches.ts'
import type { SealPort } from '../domain/seal-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import { readFileIfThere, writeFileAtomic } from './atomic-file.ts'

const Stored = z.array(
  z.object({ id: z.string(), name: z.string(), scope: PatchScope, text: z.string(), savedAt: z.string() }),
)

/** One sealed file per context under `folder`; in memory where nothing may rest on this computer. */
export function createSavedPatches(folder: string, seal: SealPort, log: LogPort): PatchStorePort {
  const inMemory = new Map<string, readonly StoredPatch[]>()
  const working = new Map<string, Promise<unknown>>()

  function pathOf(context: string): string {
    return join(folder, `${createHash('sha256').update(context).digest('hex').slice(0, 32)}.sealed`)
  }
  /** A change is read, made and written before the next begins. */
  function inOrder<T>(context: string, work: () => Promise<T>): Promise<T> {
    const turn = (working.get(context) ?? Promise.resolve()).then(work, work)
    working.set(context, turn)
    return turn
  }
  async function read(context: string): Promise<readonly StoredPatch[]> {
    const remembered = inMemory.get(context)
    if (remembered !== undefined || !seal.persistent) return remembered ?? []
    const sealed = await readFileIfThere(pathOf(context))
    if (sealed === undefined) return []
    const text = Buffer.from(await seal.unseal(sealed)).toString('utf8')
    const parsed = Stored.safeParse(parseJson(text))
    if (!parsed.success) {
      log.warn('patches-unreadable', { context })
      throw new TalosFailure('store-damaged', 'The saved patches of this context cannot be read.')
    }
    return parsed.data
  }
  async function write(context: string, patches: readonly StoredPatch[]): Promise<void> {
    if (!seal.persistent) {
      inMemory.set(context, patches)
      return
    }
    await writeFileAtomic(pathOf(context), await seal.seal(Buffer.from(JSON.stringify(patches), 'utf8')))
    inMemory.delete(context)
  }

  return {
    list: (context) => inOrder(context, () => read(context)),
    put: (context, patch) =>
      inOrder(context, async () => {
        const patches = await read(context)
        const at = patches.findIndex(({ id }) => id === patch.id)
        await write(context, at < 0 ? [...patches, patch] : patches.with(at, patch))
      }),
    remove: (context, id) =>
      inOrder(context, async () => {
        await write(
          context,
          (await read(context)).filter((patch) => patch.id !== id),
        )
      }),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
