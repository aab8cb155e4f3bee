import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClockPort } from '../domain/clock-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import type { SnapshotPort } from '../domain/upgrades/snapshot-port.ts'

/** Bytes of the SHA-256 that stands behind the database (behaviour.md §7.3). */
const SEAL = 32

/** Snapshots kept per context. */
const KEPT = 10

/** Written under this name until it is whole: a dot and a UUID. */
const DRAFT = /^\.[0-9a-f]{8}-[0-9a-f-]{27}$/

export interface EtcdSnapshots extends SnapshotPort {
  /** Removes what a killed process was writing: a part of a database is no snapshot, and holds secrets. Call at start. */
  sweep(): Promise<void>
}

/**
 * etcd snapshots under `folder/<context>/`, named by time and node, as `talosctl etcd snapshot` would write them:
 * `talosctl bootstrap --recover-from` takes them. Mode 0600, since they hold every secret of the cluster.
 */
export function createEtcdSnapshots(folder: string, clock: Pick<ClockPort, 'now'>): EtcdSnapshots {
  return {
    async sweep() {
      for (const home of await foldersOf(folder)) {
        for (const name of await readdir(home)) {
          if (DRAFT.test(name)) await rm(join(home, name), { force: true })
        }
      }
    },
    async save({ context, hostname }, chunks) {
      const home = join(folder, safeName(context))
      const time = new Date(clock.now()).toISOString().replace(/[:.]/g, '-')
      const path = join(home, `${time}-${safeName(hostname)}.snapshot`)
      const draft = join(home, `.${randomUUID()}`)
      try {
        await mkdir(home, { recursive: true, mode: 0o700 })
        const { bytes, sha256 } = await write(draft, chunks)
        await rename(draft, path)
        await prune(home)
        return { path, bytes, sha256 }
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => undefined)
        if (cause instanceof TalosFailure) throw cause
        throw new TalosFailure('disk-write-failed', `The etcd snapshot could not be written to ${home}.`, {
          cause,
        })
      }
    },
  }
}

async function write(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  const body = createHash('sha256')
  let bytes = 0
  let tail: Buffer = Buffer.alloc(0)
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of chunks) {
      hash.update(chunk)
      const seen = Buffer.concat([tail, chunk])
      body.update(seen.subarray(0, Math.max(0, seen.length - SEAL)))
      tail = seen.subarray(Math.max(0, seen.length - SEAL))
      bytes += chunk.byteLength
      await file.writeFile(chunk)
    }
    // Any other size was cut off, which its reader has told already.
    if (bytes % 512 === SEAL && !body.digest().equals(tail)) {
      throw new TalosFailure('node-error', 'The etcd snapshot is damaged: its own SHA-256 does not fit.')
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function foldersOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
}

/** Names begin with the time, so the oldest sort first. */
async function prune(home: string): Promise<void> {
  const names = (await readdir(home)).filter((name) => name.endsWith('.snapshot')).sort()
  for (const name of names.slice(0, -KEPT)) await rm(join(home, name))
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9-]/g, '_')
}
