import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { TalosFailure } from '../domain/talos-failure.ts'

/**
 * Writes a file whole or not at all: a crash leaves the old one or the new one. Readable for this user only.
 * Creates the folder. Throws `disk-write-failed` with the path and the system's reason.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  const draft = join(folder, `.${basename(path)}.${randomUUID()}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameOver(draft, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw new TalosFailure('disk-write-failed', `${path} could not be written: ${reasonOf(error)}.`, {
      cause: error,
    })
  }
}

/** `undefined` when there is no such file; anything else that keeps it from being read is thrown as it came. */
export async function readFileIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

export async function readTextIfThere(path: string): Promise<string | undefined> {
  return (await readFileIfThere(path))?.toString('utf8')
}

/** Windows refuses to replace a file that a virus scanner is just looking at; it lets go within moments. */
async function renameOver(from: string, to: string): Promise<void> {
  const tries = process.platform === 'win32' ? 10 : 1
  for (let left = tries - 1; ; left -= 1) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      if (left === 0 || !['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Makes the rename itself survive a power cut; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a file is where a folder should be',
  EISDIR: 'a folder is where the file should be',
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  return code === undefined ? 'unknown reason' : (REASONS[code] ?? code)
}
