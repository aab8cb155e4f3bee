import type { SimulatedMachine } from '../machine-api.ts'

/** Folders of the root file system that hold nothing an app reads. */
const FOLDERS: readonly string[] = [
  '/bin',
  '/boot',
  '/dev',
  '/lib',
  '/opt',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/system/etc',
  '/system/libexec',
  '/system/run',
  '/system/state',
  '/tmp',
  '/usr',
  '/var/etc',
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/log',
  '/var/mnt',
  '/var/run',
]

const LOGS = '/var/log'

/** A folder or a file of a machine's small tree. */
export interface TreeEntry {
  readonly path: string
  readonly isDirectory: boolean
  /** Bytes; the kernel's own files say 0, whatever can be read of them. */
  readonly size: number
  /** Permission bits. */
  readonly mode: number
  /** Unix seconds. */
  readonly modified: number
  /** Names in it, sorted; none in a file. */
  readonly children: readonly string[]
  /** Of a file. */
  readonly read: () => Buffer
}

/** What a path names; undefined where there is nothing. The logs of services lie below `/var/log`. */
export function treeEntry(machine: SimulatedMachine, path: string): TreeEntry | undefined {
  const modified = machine.load().bootTime
  const log = logAt(machine, path)
  if (log !== undefined) {
    const read = (): Buffer => Buffer.from(log.map((line) => `${line}\n`).join(''))
    return { path, isDirectory: false, size: read().length, mode: 0o600, modified, children: [], read }
  }
  if (machine.filePaths().includes(path)) {
    const read = (): Buffer => machine.readFile(path)
    const size = path.startsWith('/proc/') ? 0 : read().length
    return { path, isDirectory: false, size, mode: 0o444, modified, children: [], read }
  }
  const children = childrenOf(machine, path)
  if (!children) return undefined
  const read = (): never => {
    throw new Error('path must be a regular file')
  }
  return { path, isDirectory: true, size: 4096, mode: 0o755, modified, children, read }
}

function logAt(machine: SimulatedMachine, path: string): readonly string[] | undefined {
  const id = path.startsWith(`${LOGS}/`) ? path.slice(LOGS.length + 1).replace(/\.log$/, '') : undefined
  return id !== undefined && path.endsWith('.log') && machine.logIds().includes(id)
    ? machine.serviceLog(id)
    : undefined
}

/** Undefined for what is no folder. */
function childrenOf(machine: SimulatedMachine, path: string): readonly string[] | undefined {
  const prefix = path === '/' ? '/' : `${path}/`
  const names = new Set<string>()
  for (const known of [...FOLDERS, ...machine.filePaths()])
    if (known.startsWith(prefix)) names.add(known.slice(prefix.length).split('/')[0] ?? '')
  if (path === LOGS) for (const id of machine.logIds()) names.add(`${id}.log`)
  return names.size > 0 || path === '/' || FOLDERS.includes(path) ? [...names].sort() : undefined
}

/** Folders before what is in them, `root` first, down to that many levels. */
export function* walkTree(
  machine: SimulatedMachine,
  root: string,
  depth = Infinity,
): Generator<TreeEntry & { readonly level: number }> {
  const pending = [{ path: root, level: 0 }]
  for (let next = pending.shift(); next; next = pending.shift()) {
    const entry = treeEntry(machine, next.path)
    if (!entry) continue
    yield { ...entry, level: next.level }
    if (next.level < depth)
      for (const child of entry.children)
        pending.push({ path: `${next.path === '/' ? '' : next.path}/${child}`, level: next.level + 1 })
  }
}

/** The part below `root`: `.` for itself. */
export function relativeTo(root: string, path: string): string {
  return path === root ? '.' : path.slice(root === '/' ? 1 : root.length + 1)
}

/** As Go cleans a path: no double slashes, none at the end. */
export function cleanPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
}
