import { Code, SimulatedStatus, type SimulatedMachine } from '../machine-api.ts'
import type { FileInfo } from '../../talos/generated/machine/FileInfo.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { Methods } from './call.ts'

/** Go's mode bits, which the wire carries, are not the kernel's: a folder is the highest bit, a file none. */
const DIRECTORY = 2 ** 31
const REGULAR = 0

/** Folders of the root file system that hold nothing an app reads. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  '/': [
    'bin',
    'boot',
    'dev',
    'etc',
    'lib',
    'opt',
    'proc',
    'root',
    'run',
    'sbin',
    'sys',
    'system',
    'tmp',
    'usr',
    'var',
  ],
  '/system': ['etc', 'libexec', 'run', 'state'],
  '/var': ['etc', 'lib', 'log', 'mnt', 'run'],
  '/var/lib': ['containerd', 'kubelet'],
}

/** The small tree of a simulated node: folders, and the service logs below /var/log. */
export const fileMethods: Methods<MachineServiceHandlers> = {
  async *List({ root, recurse, recursionDepth, types }, { machine }) {
    const start = root === '' ? '/' : root.replace(/(?<=.)\/+$/, '')
    if (!start.startsWith('/')) throw new Error(`path is not absolute ${start}`)
    const entry = entryOf(machine, start)
    if (!entry) throw new SimulatedStatus(Code.UNKNOWN, `lstat ${start}: no such file or directory`)
    const depth = recurse ? (recursionDepth > 0 ? recursionDepth : Infinity) : 1
    const wanted = (info: FileInfo): boolean =>
      types.length === 0 || types.includes(info.isDir ? 'DIRECTORY' : 'REGULAR')
    for (const info of walk(machine, start, depth)) if (wanted(info)) yield info
  },
  async *DiskUsage({ paths, recursionDepth, all, threshold }, { machine }) {
    const limit = Number(threshold)
    const isShown = ({ size, isDir, level }: Usage): boolean =>
      (recursionDepth <= 0 || level < recursionDepth) &&
      (isDir || all) &&
      (limit <= 0 || size >= limit) &&
      (limit >= 0 || size <= -limit)
    // The node answers for the first path only; clients ask for one at a time.
    for (const path of paths.slice(0, 1)) {
      const root = `/${path}`.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
      if (!entryOf(machine, root)) {
        yield { name: root, relativeName: root, error: `lstat ${root}: no such file or directory` }
        continue
      }
      for (const usage of usageOf(machine, root, root, 0))
        if (isShown(usage)) yield { name: usage.name, relativeName: usage.relativeName, size: usage.size }
    }
  },
}

interface Usage {
  readonly name: string
  readonly relativeName: string
  readonly size: number
  readonly isDir: boolean
  /** 0 for what was asked for. */
  readonly level: number
}

/** What is in a folder before the folder itself, which counts all of it. */
function usageOf(machine: SimulatedMachine, root: string, path: string, level: number): readonly Usage[] {
  const entry = entryOf(machine, path)
  if (!entry) return []
  const inner = childrenOf(machine, path).map((child) =>
    usageOf(machine, root, `${path === '/' ? '' : path}/${child}`, level + 1),
  )
  const size = inner.reduce((sum, usages) => sum + (usages.at(-1)?.size ?? 0), Number(entry.size))
  const own = { name: path, relativeName: relativeTo(root, path), size, isDir: entry.isDir === true, level }
  return [...inner.flat(), own]
}

function* walk(machine: SimulatedMachine, root: string, depth: number): Generator<FileInfo> {
  const pending = [{ path: root, level: 0 }]
  for (let next = pending.shift(); next; next = pending.shift()) {
    const entry = entryOf(machine, next.path)
    if (!entry) continue
    yield { ...entry, name: next.path, relativeName: relativeTo(root, next.path) }
    if (next.level < depth)
      for (const child of childrenOf(machine, next.path))
        pending.push({ path: `${next.path === '/' ? '' : next.path}/${child}`, level: next.level + 1 })
  }
}

function relativeTo(root: string, path: string): string {
  return path === root ? '.' : path.slice(root === '/' ? 1 : root.length + 1)
}

function childrenOf(machine: SimulatedMachine, path: string): readonly string[] {
  if (path === '/var/log') return machine.logIds().map((id) => `${id}.log`)
  return FOLDERS[path] ?? []
}

function entryOf(machine: SimulatedMachine, path: string): FileInfo | undefined {
  const modified = machine.load().bootTime
  const shared = { modified, uid: 0, gid: 0 }
  if (path === '/') return { ...shared, isDir: true, mode: DIRECTORY + 0o755, size: 4096 }
  const parent = path.slice(0, path.lastIndexOf('/')) || '/'
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!childrenOf(machine, parent).includes(name)) return undefined
  if (parent !== '/var/log') return { ...shared, isDir: true, mode: DIRECTORY + 0o755, size: 4096 }
  const lines = machine.serviceLog(name.replace(/\.log$/, ''))
  const size = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
  return { ...shared, isDir: false, mode: REGULAR + 0o600, size }
}
