import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Draft } from '#contract/machine-configs.ts'
import type { LogPort } from '../domain/log-port.ts'
import type { DraftPort, StoredNode } from '../domain/machine-config/store-ports.ts'
import type { SealPort } from '../domain/seal-port.ts'
import { isFailure } from '../domain/talos-failure.ts'
import { readFileIfThere, writeFileAtomic } from './atomic-file.ts'

/** Folder name of a node: contexts and addresses may hold anything a file system dislikes. */
export function folderOf({ context, node }: StoredNode): string {
  return createHash('sha256').update(`${context}\0${node}`).digest('hex').slice(0, 32)
}

/**
 * One sealed file per node under `folder`. Where nothing may rest on this computer, drafts live in memory. A file
 * that cannot be unsealed or understood is no draft: it stays where it is until the next save.
 */
export function createDraftStore(folder: string, seal: SealPort, log: LogPort): DraftPort {
  const inMemory = new Map<string, Draft>()
  // Saves of one node one after another, or an older text could win.
  const writing = new Map<string, Promise<unknown>>()

  function pathOf(of: StoredNode): string {
    return join(folder, `${folderOf(of)}.sealed`)
  }
  function inOrder<T>(of: StoredNode, work: () => Promise<T>): Promise<T> {
    const key = folderOf(of)
    const turn = (writing.get(key) ?? Promise.resolve()).then(work, work)
    writing.set(key, turn)
    return turn
  }

  return {
    load: (of) =>
      inOrder(of, async () => {
        const remembered = inMemory.get(folderOf(of))
        if (remembered !== undefined || !seal.persistent) return remembered
        const sealed = await readFileIfThere(pathOf(of))
        if (sealed === undefined) return undefined
        try {
          return Draft.parse(JSON.parse(Buffer.from(await seal.unseal(sealed)).toString('utf8')))
        } catch (error) {
          if (isFailure(error, 'locked')) throw error
          log.warn('draft-unreadable', { context: of.context, node: of.node })
          return undefined
        }
      }),
    save: (of, draft) =>
      inOrder(of, async () => {
        if (!seal.persistent) {
          inMemory.set(folderOf(of), draft)
          return
        }
        await writeFileAtomic(pathOf(of), await seal.seal(Buffer.from(JSON.stringify(draft), 'utf8')))
        inMemory.delete(folderOf(of))
      }),
    discard: (of) =>
      inOrder(of, async () => {
        inMemory.delete(folderOf(of))
        await rm(pathOf(of), { force: true })
      }),
  }
}
