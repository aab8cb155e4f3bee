import { expect, test } from './app.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { startSimulator, type RunningSimulator } from './simulator.ts'

let cluster: RunningSimulator
test.beforeAll(async () => {
  cluster = await startSimulator(['--controlplanes', '1', '--workers', '1', '--talos', 'v1.13.9'])
})
test.afterAll(() => cluster.stop())

test('a talosconfig is dropped, previewed, sealed with a passphrase, and there after a restart', async ({
  window,
}) => {
  await window.getByRole('button', { name: 'Paste the text…' }).click()
  await window.getByRole('textbox', { name: 'The text of the talosconfig' }).fill(cluster.talosconfig)
  await window.getByRole('button', { name: 'Read it' }).click()
  const table = window.getByRole('table', { name: /^Contexts in/ })
  await expect(table).toContainText('os:admin')
  await expect(window.getByText('nothing has been written yet')).toBeVisible()
  await window.getByRole('button', { name: 'Import one context' }).click()
  await window.getByLabel('Passphrase, at least 8 characters').fill('three nodes in a cupboard')
  await window.getByLabel('The same once more').fill('three nodes in a cupboard')
  await window.getByRole('button', { name: 'Seal the keys' }).click()
  await fleetScreen(window).settled(2)
  await window.reload()
  await fleetScreen(window).settled(2)
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
