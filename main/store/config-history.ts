import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { HistoryEntry } from '#contract/machine-configs.ts'
import type { HistoryPort, StoredNode } from '../domain/machine-config/store-ports.ts'
import type { SealPort } from '../domain/seal-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import { readFileIfThere, readTextIfThere, writeFileAtomic } from './atomic-file.ts'
import { folderOf } from './draft-store.ts'

interface MemoryNode {
  readonly entries: HistoryEntry[]
  readonly texts: Map<string, string>
}

/**
 * Per node a folder: `<hash>.sealed` for each configuration, and `entries.jsonl`, a line per entry, which holds no
 * secret. The text is on disk before its line is begun, and a line is written whole with fsync: whatever byte the app
 * is killed at, every line that can be read has its text, and a torn line is left out.
 */
export function createConfigHistory(folder: string, seal: SealPort): HistoryPort {
  const memory = new Map<string, MemoryNode>()
  const working = new Map<string, Promise<unknown>>()

  function placeOf(of: StoredNode): string {
    return join(folder, folderOf(of))
  }
  function remembered(of: StoredNode): MemoryNode {
    const key = folderOf(of)
    const known = memory.get(key) ?? { entries: [], texts: new Map<string, string>() }
    memory.set(key, known)
    return known
  }
  function inOrder<T>(of: StoredNode, work: () => Promise<T>): Promise<T> {
    const key = folderOf(of)
    const turn = (working.get(key) ?? Promise.resolve()).then(work, work)
    working.set(key, turn)
    return turn
  }
  async function entriesOnDisk(of: StoredNode): Promise<readonly HistoryEntry[]> {
    return readEntries(await readTextIfThere(join(placeOf(of), 'entries.jsonl')))
  }
  async function all(of: StoredNode): Promise<readonly HistoryEntry[]> {
    const inMemory = memory.get(folderOf(of))?.entries ?? []
    return [...(await entriesOnDisk(of)), ...inMemory].sort((a, b) => a.at.localeCompare(b.at))
  }

  return {
    add: (of, entry, text) =>
      inOrder(of, async () => {
        if (entry.why === 'read' && (await all(of)).at(-1)?.hash === entry.hash) return
        if (!seal.persistent) {
          const { entries, texts } = remembered(of)
          texts.set(entry.hash, text)
          entries.push(entry)
          return
        }
        const path = join(placeOf(of), `${entry.hash}.sealed`)
        if ((await readIntact(path, seal)) !== text) {
          await writeFileAtomic(path, await seal.seal(Buffer.from(text, 'utf8')))
        }
        await appendLine(placeOf(of), JSON.stringify(entry))
      }),
    list: (of) => inOrder(of, async () => [...(await all(of))].reverse()),
    text: (of, hash) =>
      inOrder(of, async () => {
        const inMemory = memory.get(folderOf(of))?.texts.get(hash)
        if (inMemory !== undefined) return inMemory
        // A hash comes from the window: nothing else may become part of a path.
        if (!/^[0-9a-f]{64}$/.test(hash)) return undefined
        const sealed = await readFileIfThere(join(placeOf(of), `${hash}.sealed`))
        return sealed === undefined ? undefined : Buffer.from(await seal.unseal(sealed)).toString('utf8')
      }),
  }
}

/** `undefined` when it is not there or not what was written. */
async function readIntact(path: string, seal: SealPort): Promise<string | undefined> {
  const sealed = await readFileIfThere(path)
  if (sealed === undefined) return undefined
  try {
    return Buffer.from(await seal.unseal(sealed)).toString('utf8')
  } catch {
    return undefined
  }
}

function readEntries(text: string | undefined): readonly HistoryEntry[] {
  return (text ?? '').split('\n').flatMap((line) => {
    try {
      const parsed = HistoryEntry.safeParse(JSON.parse(line))
      return parsed.success ? [parsed.data] : []
    } catch {
      return []
    }
  })
}

async function appendLine(folder: string, line: string): Promise<void> {
  const path = join(folder, 'entries.jsonl')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    try {
      // The line end goes first too: behind a torn line this one stands on its own.
      await file.appendFile(`\n${line}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new TalosFailure('disk-write-failed', `${path} could not be written.`, { cause: error })
  }
}
