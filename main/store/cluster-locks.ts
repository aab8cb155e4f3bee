import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterLockPort, HeldLock, LockHolder } from '../domain/runs/cluster-lock-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'

/** One boot of this computer; only Linux tells. */
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id'

interface LockFile extends LockHolder {
  readonly pid: number
  /** When that process started, as the kernel counts; a number may be given to another process later. Linux only. */
  readonly started: string
  readonly boot: string
  /** Tells two locks of one process apart. */
  readonly token: string
}

/**
 * Locks as files of `folder`, named by a hash of the cluster, each with the process that holds it. What a dead process
 * left is taken over by a rename that only one of two can win.
 */
export function createClusterLocks(folder: string, pid = process.pid): ClusterLockPort {
  return {
    async take(cluster, holder): Promise<HeldLock> {
      const path = join(folder, `${createHash('sha256').update(cluster).digest('hex').slice(0, 32)}.json`)
      const own: LockFile = {
        ...holder,
        pid,
        started: await startOf(pid),
        boot: await bootId(),
        token: randomUUID(),
      }
      const text = JSON.stringify(own)
      let stale: string | undefined
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        for (let tries = 0; tries < 5; tries += 1) {
          if (await isMade(path, text))
            return { ...(stale === undefined ? {} : { stale }), release: () => free(path, text) }
          const found = await readFile(path, 'utf8').catch(() => '')
          const other = lockOf(found)
          if (other !== undefined && (await isAlive(other, own.boot))) {
            throw new TalosFailure(
              'run-active',
              `Another Ichor on this computer (process ${other.pid}) is at this cluster since ${other.at}, by ${other.who}.`,
            )
          }
          if (other !== undefined)
            stale = `process ${other.pid}, run ${other.runId}, ${other.who}, ${other.at}`
          await clear(path, found)
        }
      } catch (cause) {
        if (cause instanceof TalosFailure) throw cause
        throw new TalosFailure(
          'disk-write-failed',
          `The lock of the cluster cannot be written to ${folder}.`,
          {
            cause,
          },
        )
      }
      throw new TalosFailure('run-active', 'The lock of this cluster keeps coming back.')
    },
  }
}

/** The file appears whole or not at all: one that is seen half written would be taken for a torn one. */
async function isMade(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, text, { mode: 0o600 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Only one's own: after a take-over the file is another's. */
async function free(path: string, text: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => undefined)
  if (found === text) await rm(path, { force: true })
}

/** Takes away what was read, and puts back what another one made of it in the same moment. */
async function clear(path: string, text: string): Promise<void> {
  const moved = `${path}.${randomUUID()}`
  try {
    await rename(path, moved)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if ((await readFile(moved, 'utf8')) !== text) await link(moved, path).catch(() => undefined)
  await rm(moved, { force: true })
}

/** `undefined` for a file that was torn: nobody who holds it could be told. */
function lockOf(text: string): LockFile | undefined {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found !== 'object' || found === null || !('pid' in found)) return undefined
    return found as LockFile
  } catch {
    return undefined
  }
}

async function isAlive({ pid, started, boot }: LockFile, ownBoot: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (boot !== '' && ownBoot !== '' && boot !== ownBoot) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false
  }
  const now = await startOf(pid)
  return started === '' || now === '' || started === now
}

/** Field 22 of /proc/<pid>/stat; the name before it may hold anything, so it is counted from behind it. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

async function bootId(): Promise<string> {
  return (await readFile(BOOT_ID_FILE, 'utf8').catch(() => '')).trim()
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
