import { Code, SimulatedStatus, type SimulatedMachine } from '../machine-api.ts'
import type { FileInfo } from '../../talos/generated/machine/FileInfo.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import { type ArchiveEntry, archived } from './archive.ts'
import type { Methods } from './call.ts'
import { cleanPath, relativeTo, treeEntry, walkTree } from './file-tree.ts'
import { chunksOf } from './machine-streams.ts'

/** Go's mode bits, which the wire carries, are not the kernel's: a folder is the highest bit, a file none. */
const DIRECTORY = 2 ** 31

/** The file system of a simulated node, as far as there is one. */
export const fileMethods: Methods<MachineServiceHandlers> = {
  async *List({ root, recurse, recursionDepth, types }, { machine }) {
    const start = root === '' ? '/' : cleanPath(root)
    if (!start.startsWith('/')) throw new Error(`path is not absolute ${start}`)
    checkThere(machine, start)
    const depth = recurse ? (recursionDepth > 0 ? recursionDepth : Infinity) : 1
    for (const { path, isDirectory, size, mode, modified } of walkTree(machine, start, depth)) {
      if (types.length > 0 && !types.includes(isDirectory ? 'DIRECTORY' : 'REGULAR')) continue
      const info: FileInfo = {
        name: path,
        relativeName: relativeTo(start, path),
        size,
        mode: (isDirectory ? DIRECTORY : 0) + mode,
        modified,
        isDir: isDirectory,
        uid: 0,
        gid: 0,
      }
      yield info
    }
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
      const root = cleanPath(`/${path}`)
      if (!treeEntry(machine, root)) {
        yield { name: root, relativeName: root, error: `lstat ${root}: no such file or directory` }
        continue
      }
      for (const usage of usageOf(machine, root, root, 0))
        if (isShown(usage)) yield { name: usage.name, relativeName: usage.relativeName, size: usage.size }
    }
  },
  async *Read({ path }, { machine }) {
    // What is not in the tree is looked for all the same: the refusal is the machine's.
    const content = treeEntry(machine, cleanPath(path))?.read() ?? machine.readFile(path)
    yield* chunksOf(content)
  },
  async *Copy({ rootPath }, { machine }) {
    const root = cleanPath(rootPath)
    if (!root.startsWith('/')) throw new Error(`path is not absolute ${root === '' ? '.' : root}`)
    checkThere(machine, root)
    for await (const bytes of archived(entriesBelow(machine, root))) yield* chunksOf(bytes)
  },
}

/** The folder itself is left out, a single file is called by its last name. */
function* entriesBelow(machine: SimulatedMachine, root: string): Generator<ArchiveEntry> {
  for (const entry of walkTree(machine, root)) {
    const { path, isDirectory, mode } = entry
    if (isDirectory && path === root) continue
    const name = path === root ? path.slice(path.lastIndexOf('/') + 1) : relativeTo(root, path)
    const content = isDirectory ? undefined : entry.read()
    yield { name: isDirectory ? `${name}/` : name, mode, modified: entry.modified * 1000, content }
  }
}

function checkThere(machine: SimulatedMachine, path: string): void {
  if (!treeEntry(machine, path))
    throw new SimulatedStatus(Code.UNKNOWN, `lstat ${path}: no such file or directory`)
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
  const entry = treeEntry(machine, path)
  if (!entry) return []
  const inner = entry.children.map((child) =>
    usageOf(machine, root, `${path === '/' ? '' : path}/${child}`, level + 1),
  )
  const size = inner.reduce((sum, usages) => sum + (usages.at(-1)?.size ?? 0), entry.size)
  const own = { name: path, relativeName: relativeTo(root, path), size, isDir: entry.isDirectory, level }
  return [...inner.flat(), own]
}
