import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, startApp, test } from './app.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { startSimulator, type RunningSimulator } from './simulator.ts'

let cluster: RunningSimulator
test.beforeAll(async () => {
  cluster = await startSimulator(['--controlplanes', '1', '--workers', '1', '--talos', 'v1.13.9'])
})
test.afterAll(() => cluster.stop())

test('a talosconfig is dropped, previewed, sealed with a passphrase, and there after a restart', async ({
  page,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ichor-e2e-'))
  const app = await startApp({ dataDir })
  await page.goto(app.url)
  await expect(page.getByRole('button', { name: 'Choose a file…' })).toBeVisible()
  await drop(page, 'talosconfig', cluster.talosconfig)
  const table = page.getByRole('table', { name: /^Contexts in/ })
  await expect(table).toContainText('os:admin')
  await expect(page.getByText('nothing has been written yet')).toBeVisible()
  await page.getByRole('button', { name: 'Import one context' }).click()
  await page.getByLabel('Passphrase, at least 8 characters').fill('three nodes in a cupboard')
  await page.getByLabel('The same once more').fill('three nodes in a cupboard')
  await page.getByRole('button', { name: 'Seal the keys' }).click()
  await fleetScreen(page).settled(2)
  await app.stop()

  const again = await startApp({ dataDir })
  await page.goto(again.url)
  await page.getByLabel('Passphrase').fill('four nodes in a cupboard')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByRole('alert').filter({ hasText: /passphrase/i })).toBeVisible()
  await page.getByLabel('Passphrase').fill('three nodes in a cupboard')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await fleetScreen(page).settled(2)
  await again.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('files that are no talosconfig are told apart, and nothing is written', async ({ window }) => {
  const choose = async (name: string, content: Buffer): Promise<void> => {
    const chooser = window.waitForEvent('filechooser')
    await window.getByRole('button', { name: 'Choose a file…' }).click()
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer: content })
  }
  const told = window.locator('#root')
  await choose('empty', Buffer.alloc(0))
  await expect(told).toContainText('The talosconfig is empty')
  await choose('photo.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46]))
  await expect(told).toContainText('photo.jpg')
  await choose('notes.yaml', Buffer.from('just: notes\n'))
  await expect(told).toContainText('notes.yaml')
})

test('an expired key is told before anything is called', async ({ window }) => {
  const chooser = window.waitForEvent('filechooser')
  await window.getByRole('button', { name: 'Choose a file…' }).click()
  await (await chooser).setFiles(cluster.paths.expired)
  await expect(window.getByRole('table', { name: /^Contexts in/ })).toContainText(/expired/)
})

test('a talosconfig can be pasted, and kept in memory only', async ({ window }) => {
  await window.getByRole('button', { name: 'Paste the text…' }).click()
  await window.getByRole('textbox', { name: 'The text of the talosconfig' }).fill(cluster.talosconfig)
  await window.getByRole('button', { name: 'Read it' }).click()
  await window.getByRole('button', { name: 'Import one context' }).click()
  await window.getByRole('radio', { name: 'Only in memory' }).click()
  await window.getByRole('button', { name: 'Keep them in memory' }).click()
  await fleetScreen(window).settled(2)
})

/** A file let go over the window, as the browser tells the page. */
async function drop(window: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await window.evaluateHandle(
    (file) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([file.text], file.name))
      return transfer
    },
    { name, text },
  )
  await window.dispatchEvent('body', 'dragenter', { dataTransfer })
  await window.dispatchEvent('body', 'dragover', { dataTransfer })
  await window.dispatchEvent('body', 'drop', { dataTransfer })
}
