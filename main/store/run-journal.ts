import { mkdir, open, readdir, readFile, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Run } from '#contract/runs.ts'
import type { RunHead, RunJournalPort, StampedRunEvent } from '../domain/runs/run-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'

/** Runs kept on disk; older ones go when a new one begins. */
const RUNS_KEPT = 1000
const SUFFIX = '.jsonl'

const Head = Run.pick({
  id: true,
  kind: true,
  context: true,
  node: true,
  hostname: true,
  nodes: true,
  title: true,
  who: true,
  startedAt: true,
  talosctl: true,
})

interface LoadedRun {
  readonly head: RunHead
  readonly events: readonly StampedRunEvent[]
}

export interface RunJournal extends RunJournalPort {
  /** Lets go of the open files. */
  close(): Promise<void>
}

/**
 * One file per run under `folder`: the head on the first line, one event on each that follows, each line safe on
 * disk (fsync) before `append` resolves. A line cut short by a crash is left out on load and cut off before the
 * next append. Failures are `disk-write-failed`. Texts come redacted.
 */
export function createRunJournal(folder: string, kept = RUNS_KEPT): RunJournal {
  const paths = new Map<string, string>()
  const handles = new Map<string, Promise<FileHandle>>()
  const queues = new Map<string, Promise<void>>()

  /** Appends of one run go one after the other, whoever asks. */
  function queued(id: string, work: () => Promise<void>): Promise<void> {
    const next = (queues.get(id) ?? Promise.resolve()).catch(() => undefined).then(work)
    queues.set(id, next)
    return next
  }

  async function write(id: string, line: unknown): Promise<void> {
    let handle = handles.get(id)
    if (handle === undefined) {
      handle = openWhole(pathOf(id))
      handles.set(id, handle)
    }
    const file = await handle
    await file.appendFile(`${JSON.stringify(line)}\n`)
    await file.datasync()
  }

  async function release(id: string): Promise<void> {
    const handle = handles.get(id)
    handles.delete(id)
    await handle?.then((file) => file.close())
  }

  function pathOf(id: string): string {
    const path = paths.get(id)
    if (path === undefined) throw new Error(`The journal has no run ${id}.`)
    return path
  }

  async function begin(head: RunHead): Promise<void> {
    const path = join(folder, fileName(head))
    paths.set(head.id, path)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await prune()
    await queued(head.id, () => write(head.id, head))
    await syncFolder(folder)
  }

  /** File names begin with the time, so the oldest sort first. */
  async function prune(): Promise<void> {
    const names = await journalFiles(folder)
    for (const name of names.slice(0, Math.max(0, names.length - kept + 1))) await unlink(join(folder, name))
  }

  return {
    begin: (head) => begin(head).catch(asDiskFailure(folder)),
    append: (id, stamped) =>
      queued(id, async () => {
        await write(id, stamped)
        if (stamped.event.kind === 'verdict') await release(id)
      }).catch(asDiskFailure(folder)),
    async load() {
      const found = await Promise.all(
        (await journalFiles(folder)).map(async (name) => {
          const path = join(folder, name)
          // One file that cannot be read must not keep the app from opening all others.
          const text = await readFile(path, 'utf8').catch(() => '')
          return { path, run: parseJournal(text) }
        }),
      ).catch(asDiskFailure(folder))
      const loaded: LoadedRun[] = []
      for (const { path, run } of found) {
        if (run === undefined) continue
        paths.set(run.head.id, path)
        loaded.push(run)
      }
      return loaded
    },
    async close() {
      await Promise.allSettled(queues.values())
      await Promise.allSettled([...handles.keys()].map(release))
    },
  }
}

/** `undefined` when not even the head is whole: then nothing had begun. */
function parseJournal(text: string): LoadedRun | undefined {
  const [first = '', ...rest] = text.split('\n').slice(0, -1)
  const head = Head.safeParse(parseLine(first))
  if (!head.success) return undefined
  const events: StampedRunEvent[] = []
  for (const line of rest) {
    const event = parseLine(line)
    // A disk may spoil a line in the middle: what was written after it, a settlement above all, still counts.
    if (isStamped(event)) events.push(event)
  }
  return { head: head.data, events }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isStamped(value: unknown): value is StampedRunEvent {
  if (typeof value !== 'object' || value === null) return false
  const { at, event } = value as { readonly at?: unknown; readonly event?: { readonly kind?: unknown } }
  return typeof at === 'string' && typeof event === 'object' && typeof event.kind === 'string'
}

/** Opens for appending; what a crash left after the last newline is cut off first. */
async function openWhole(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+', 0o600)
  const text = await file.readFile()
  const whole = text.lastIndexOf(0x0a) + 1
  if (whole < text.length) await file.truncate(whole)
  return file
}

async function journalFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  return names.filter((name) => name.endsWith(SUFFIX)).sort()
}

/** The file's own entry must survive a power cut too. Windows cannot open a folder; there the file's fsync has to do. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

function fileName(head: RunHead): string {
  const time = head.startedAt.replace(/[^0-9]/g, '')
  return `${time}-${head.id.replace(/[^A-Za-z0-9-]/g, '_')}${SUFFIX}`
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function asDiskFailure(folder: string): (error: unknown) => never {
  return (cause) => {
    if (cause instanceof TalosFailure) throw cause
    throw new TalosFailure('disk-write-failed', `The run's journal in ${folder} cannot be kept.`, { cause })
  }
}
