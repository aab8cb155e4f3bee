import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type DataDirLock =
  | { readonly kind: 'held'; readonly release: () => Promise<void> }
  | { readonly kind: 'taken'; readonly pid: number }

/** One process per data folder: two on one journal would undo each other's writes. Makes the folder. */
export async function lockDataDir(dataDir: string, pid = process.pid): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'running.pid')
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      await writeFile(path, String(pid), { flag: 'wx', mode: 0o600 })
      return { kind: 'held', release: () => rm(path, { force: true }) }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''))
    if (Number.isInteger(holder) && holder > 0 && holder !== pid && isAlive(holder)) {
      return { kind: 'taken', pid: holder }
    }
    // Left behind by a process that was killed.
    await rm(path, { force: true })
  }
  throw new Error(`${path} keeps coming back.`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
