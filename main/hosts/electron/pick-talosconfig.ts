import { open } from 'node:fs/promises'
import type { BrowserWindow, Dialog } from 'electron'
import type { PickedFile } from '../../domain/host-port.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'

/** As much as the contract takes from a dropped file. A real talosconfig has a few kilobytes. */
const LARGEST = 8_000_000

/** Asks for a file in the system's own dialog and reads it; `undefined` when the dialog was closed. */
export async function pickTalosconfig(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: BrowserWindow,
  { title, folder }: { readonly title: string; readonly folder: string },
): Promise<PickedFile | undefined> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title,
    // Electron no longer remembers the folder, and a talosconfig has a usual one.
    defaultPath: folder,
    properties: ['openFile', 'showHiddenFiles', 'dontAddToRecent'],
  })
  const [path] = filePaths
  return canceled || path === undefined ? undefined : { path, bytes: await readRegularFile(path) }
}

/** Reads through one handle, so that what was measured is what is read. */
export async function readRegularFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const facts = await file.stat()
      if (!facts.isFile()) throw new TalosFailure('talosconfig-unreadable', `${path} is not a file.`)
      if (facts.size > LARGEST) {
        throw new TalosFailure(
          'talosconfig-too-large',
          `${path} has ${(facts.size / 1_000_000).toFixed(1)} MB; a talosconfig has a few kilobytes.`,
        )
      }
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof TalosFailure) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given'
    throw new TalosFailure('talosconfig-unreadable', `${path} could not be read (${code}).`, { cause: error })
  }
}
