import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { fleetScreen } from './drivers/fleet.ts'

const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
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
