import type { Page } from '@playwright/test'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { checked } from './drivers/checked.ts'
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

const dummy = (name: string): string => `---\napiVersion: v1alpha1\nkind: DummyLinkConfig\nname: ${name}\n`

test('a change goes to several nodes, a draft below it is merged, and any two states are compared', async ({
  window,
}) => {
  test.setTimeout(120_000)
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)

  // A draft of bronce-3 that will be overtaken.
  await fleet.openNode('bronce-3')
  await config.open()
  await config.append(dummy('dummy8'))
  await expect(window.getByText(/^Draft saved/)).toBeVisible()

  await toFleet(window)
  await fleet.openNode('bronce-1')
  await config.open()
  await config.append(dummy('dummy9'))
  await config.review()
  await window.getByRole('link', { name: 'Several nodes…' }).click()
  await expect(window.getByRole('checkbox', { checked: true })).toHaveCount(3)
  await checked(window, 'several-choose')
  await window.getByRole('button', { name: 'Review on 3 nodes' }).click()
  await expect(window.getByRole('heading', { name: 'The same on all 3 nodes' })).toBeVisible()
  await checked(window, 'several-review')
  await window.getByRole('button', { name: 'Send to 3 nodes, in turn' }).click()
  await expect(window.getByRole('main').getByText(/^Proven, (\d+) of \1$/)).toBeVisible({ timeout: 60_000 })
  const nodes = window.getByRole('table', { name: 'Nodes', exact: true })
  await expect(nodes.getByText('proven, 3 of 3')).toHaveCount(3)
  await checked(window, 'several-run')

  await nodes.getByRole('link', { name: 'bronce-3' }).click()
  await config.open()
  await window.getByRole('button', { name: 'Merge…' }).click()
  const merge = window.getByRole('table', { name: 'Base, node and draft' })
  await expect(merge.getByText('DummyLinkConfig dummy8')).toBeVisible()
  await expect(merge.getByText('DummyLinkConfig dummy9')).toBeVisible()
  await checked(window, 'merge')
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await config.review()
  await expect(config.changes).toContainText('dummy8')
  await expect(config.changes).not.toContainText('dummy9')

  await window.getByRole('button', { name: 'Editor' }).click()
  await window.getByRole('button', { name: 'History' }).click()
  await expect(window.getByText('applied').first()).toBeVisible()
  await checked(window, 'history')
  await window.getByRole('link', { name: 'Compare…' }).click()
  await expect(window.getByRole('status').filter({ hasText: /differences?/ })).toBeVisible()
  await expect(config.changes).toContainText('dummy9')
  await window.getByRole('button', { name: 'Swap left and right' }).click()
  await expect(config.changes).toContainText('dummy9')
  await checked(window, 'compare')

  await window
    .getByLabel('Open a file…')
    .last()
    .setInputFiles({
      name: 'compose.yaml',
      mimeType: 'application/yaml',
      buffer: Buffer.from('services:\n  web:\n    image: nginx\n'),
    })
  await expect(window.getByText('The file is no Talos configuration.')).toBeVisible()
  await checked(window, 'compare-foreign')

  await toFleet(window)
  for (const name of ['bronce-1', 'bronce-2']) {
    await window.getByRole('checkbox', { name: `Select ${name}` }).click()
  }
  await checked(window, 'fleet-picked')
  await window.getByRole('link', { name: 'Compare these two' }).click()
  await expect(window.getByText('expected difference').first()).toBeVisible()
  await checked(window, 'compare-nodes')
})

async function toFleet(window: Page): Promise<void> {
  await window.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'casa' }).click()
}
