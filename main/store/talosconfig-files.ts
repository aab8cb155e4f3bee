import { open } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { TalosFailure } from '../domain/talos-failure.ts'

/** More than any talosconfig; the reader says `talosconfig-too-large` for what is longer. */
const MOST_BYTES = 6_000_000

interface ReadFile {
  readonly path: string
  readonly bytes: Uint8Array
}

interface Options {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly pick: (() => Promise<ReadFile | undefined>) | undefined
}

/** The talosconfig files of this computer, found as talosctl finds them (behaviour.md §1.2). Read, never written. */
export function createTalosconfigFiles({ env, home, pick }: Options): {
  readDefault(): Promise<ReadFile | undefined>
  readChosen(): Promise<ReadFile | undefined>
} {
  function candidates(): readonly string[] {
    const named = env['TALOSCONFIG']
    const talosHome = env['TALOS_HOME']
    return [
      ...(named === undefined || named === '' ? [] : [named]),
      ...(talosHome !== undefined && isAbsolute(talosHome) ? [join(talosHome, 'config')] : []),
      join(home, '.talos', 'config'),
    ]
  }

  return {
    async readDefault() {
      for (const path of candidates()) {
        const bytes = await readUpTo(path, MOST_BYTES)
        if (bytes !== undefined) return { path: shortened(path, home), bytes }
      }
      return undefined
    },
    async readChosen() {
      if (pick === undefined) throw new TalosFailure('refused', 'This host has no file dialog of its own.')
      return pick()
    },
  }
}

/** At most `most` bytes and one more, so that a longer file can be told; `undefined` when there is none. */
async function readUpTo(path: string, most: number): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, 'r')
    const buffer = Buffer.alloc(most + 1)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return Uint8Array.from(buffer.subarray(0, bytesRead))
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new TalosFailure('talosconfig-unreadable', `${path} cannot be read.`, { cause })
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function shortened(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
