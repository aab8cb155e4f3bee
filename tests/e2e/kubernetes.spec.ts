import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { checked } from './drivers/checked.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { startSimulator } from './simulator.ts'

const PASSPHRASE = 'three nodes in a cupboard'

const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

/** What a test started, also when it fails. */
const started: (() => Promise<void>)[] = []
test.afterEach(async () => {
  for (const end of started.splice(0).toReversed()) await end()
})

test('Kubernetes goes to a typed patch, every image shown before and proven after, then its manifests', async ({
  window,
}) => {
  await fleetScreen(window).settled(5)
  await window.getByRole('link', { name: 'Upgrade…' }).click()
  // The next minor needs a newer Talos on one node, and the list says which.
  await expect(window.getByRole('radiogroup', { name: 'Target' })).toContainText('estante-2 v1.11.6')

  await window.getByRole('textbox', { name: 'another version' }).fill('1.34.2')
  await window.getByRole('button', { name: 'Look' }).click()
  const images = window.getByRole('table', { name: 'What moves' })
  await expect(images).toContainText('kube-apiserver:v1.34.2')
  await expect(images).toContainText('17 images move')
  await window.getByRole('button', { name: 'Upgrade Kubernetes to 1.34.2' }).click()
  await expect(window.getByRole('main').getByText(/^Proven, (\d+) of \1$/)).toBeVisible({ timeout: 60_000 })

  await window.getByRole('link', { name: 'casa' }).first().click()
  await window.getByRole('link', { name: 'Upgrade…' }).click()
  await window.getByRole('link', { name: 'Manifests…' }).click()
  await expect(window.getByText('DaemonSet kube-system/kube-proxy', { exact: true })).toBeVisible()
  await expect(window.getByText('kube-proxy:v1.34.2').first()).toBeVisible()
  await window.getByRole('button', { name: /^Apply \d+ objects?$/ }).click()
  await expect(window.getByRole('main').getByText(/^Proven, (\d+) of \1$/)).toBeVisible({ timeout: 60_000 })
})

test('an upgrade of Kubernetes that Ichor was killed in says what stands, and goes on from there', async ({
  page,
}) => {
  const size = ['--controlplanes', '3', '--workers', '1', '--talos', 'v1.13.9', '--speed', '60']
  const cluster = await startSimulator(size)
  started.push(() => cluster.stop())
  const dataDir = mkdtempSync(join(tmpdir(), 'ichor-e2e-'))
  started.push(async () => rmSync(dataDir, { recursive: true, force: true }))
  const app = await startApp({ dataDir })
  started.push(() => app.kill())
  await page.goto(app.url)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a file…' }).click()
  await (await chooser).setFiles(cluster.paths.admin)
  await page.getByRole('button', { name: /^Import .*context/ }).click()
  await page.getByLabel('Passphrase, at least 8 characters').fill(PASSPHRASE)
  await page.getByLabel('The same once more').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Seal the keys' }).click()
  await fleetScreen(page).settled(4)
  await page.getByRole('link', { name: 'Upgrade…' }).click()
  await page.getByRole('textbox', { name: 'another version' }).fill('1.36.9')
  await page.getByRole('button', { name: 'Look' }).click()
  await page.getByRole('button', { name: 'Upgrade Kubernetes to 1.36.9' }).click()
  const nodes = page.getByRole('table', { name: 'Nodes', exact: true })
  // Its turn comes when that of bronce-1 is proven.
  await expect(nodes.getByRole('row', { name: /^bronce-2.* kube-apiserver/ })).toBeVisible()
  await app.kill()

  const again = await startApp({ dataDir })
  started.push(() => again.stop())
  await page.goto(again.url)
  await page.getByLabel('Passphrase').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('link', { name: 'Read the verdict' }).click()
  await expect(nodes).toContainText('cut off in kube-')
  await page.getByRole('button', { name: 'What is left to do?' }).click()
  await expect(
    page.getByText(/^\d+ of 16 images (is|are) at 1\.36\.9; kube-.+ on .+ is next\.$/),
  ).toBeVisible()
  await checked(page, 'kubernetes-cut')
  await page.getByRole('button', { name: 'Read the cluster' }).click()
  await expect(page.getByText('Ichor closed while this ran')).toBeHidden()
  await checked(page, 'kubernetes-read')

  await page.getByRole('link', { name: 'Plan the rest of the upgrade' }).click()
  await expect(page.getByText(/^Goes on with kube-/)).toBeVisible()
  await expect(page.getByRole('table', { name: 'What moves' })).toContainText('there already')
  await checked(page, 'kubernetes-goes-on')
  await page.getByRole('button', { name: 'Upgrade Kubernetes to 1.36.9' }).click()
  await expect(page.getByRole('main').getByText(/^Proven, (\d+) of \1$/)).toBeVisible({ timeout: 60_000 })
})
