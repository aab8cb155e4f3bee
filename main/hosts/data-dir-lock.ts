import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type DataDirLock =
  | { readonly kind: 'held'; readonly release: () => Promise<void> }
  | { readonly kind: 'taken'; readonly pid: number }

/** One boot of this computer; only Linux tells. After another boot a number says nothing of who held the lock. */
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id'

/** One process per data folder: two on one journal would undo each other's writes. Makes the folder. */
export async function lockDataDir(
  dataDir: string,
  pid = process.pid,
  bootId = readBootId,
): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'running.pid')
  const boot = await bootId()
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      await writeFile(path, `${pid}\n${boot}`, { flag: 'wx', mode: 0o600 })
      return { kind: 'held', release: () => rm(path, { force: true }) }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const text = await readFile(path, 'utf8').catch(() => '')
    const [first = '', heldIn = ''] = text.split('\n')
    const holder = Number(first)
    const sameBoot = boot === '' || heldIn === '' || heldIn === boot
    if (sameBoot && Number.isInteger(holder) && holder > 0 && holder !== pid && isAlive(holder)) {
      return { kind: 'taken', pid: holder }
    }
    await removeStale(path, text)
  }
  throw new Error(`${path} keeps coming back.`)
}

/** Takes away what a killed process left, and puts back what another one made of it in the same moment. */
async function removeStale(path: string, text: string): Promise<void> {
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

async function readBootId(): Promise<string> {
  return (await readFile(BOOT_ID_FILE, 'utf8').catch(() => '')).trim()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
