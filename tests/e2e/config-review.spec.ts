import { readFile } from 'node:fs/promises'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { configScreen } from './drivers/config.ts'
import { fleetScreen } from './drivers/fleet.ts'

const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

/** In one line each: what is typed over several is indented by the editor. */
const DOCUMENTS = `---
apiVersion: v1alpha1
kind: VolumeConfig
name: IMAGECACHE
provisioning: {diskSelector: {match: disk.transport == "floppy"}}
---
apiVersion: v1alpha1
kind: LinkConfig
name: eth99
mtu: 9000
`

/** As someone pastes the file of another cluster over everything. */
const OTHER = `version: v1alpha1
machine: {type: controlplane, ca: {crt: b3RoZXItb3M=}}
cluster: {id: b3RoZXItY2x1c3Rlcg==, controlPlane: {endpoint: 'https://10.9.9.9:6443'}}
`

test('a review says what disks and links the node has, and can be taken elsewhere', async ({
  window,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-3')
  await config.open()
  await config.append(DOCUMENTS)
  await config.review()
  await expect(config.changes).toContainText('no such disk')
  await expect(config.changes).toContainText('no such link')
  await expect(window.getByRole('checkbox')).toHaveCount(2)

  await window.getByRole('button', { name: 'Export' }).click()
  await window.getByRole('menuitem', { name: 'Copy as Markdown' }).click()
  await expect
    .poll(() => window.evaluate(() => navigator.clipboard.readText()))
    .toContain(
      '| VolumeConfig IMAGECACHE | `provisioning.diskSelector.match` | – | `disk.transport == "floppy"` |',
    )

  const download = window.waitForEvent('download')
  await window.getByRole('button', { name: 'Export' }).click()
  await window.getByRole('menuitem', { name: 'Save as a strategic merge patch…' }).click()
  const saved = await download
  expect(saved.suggestedFilename()).toBe('bronce-3-patch.yaml')
  const patch = await readFile(await saved.path(), 'utf8')
  expect(patch).toContain(
    'kind: VolumeConfig\nname: IMAGECACHE\nprovisioning:\n  diskSelector:\n    match: disk.transport == "floppy"\n',
  )
})

test("another cluster's configuration stops at the review, and nothing can be sent", async ({ window }) => {
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-3')
  await config.open()
  await config.replace(OTHER)
  await config.review()
  const stop = window.getByRole('alert').filter({ hasText: 'This is the configuration of another cluster' })
  await expect(stop).toContainText('machine.ca.crt, cluster.id')
  await expect(window.getByText('It belongs to another cluster.')).toBeVisible()
})
