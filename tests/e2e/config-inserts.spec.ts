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

test('a preset, a patch of one’s own and moved fields go into the draft, and the node takes them', async ({
  window,
}) => {
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-3')
  await config.open()

  // A preset, by keyboard from the search to the draft.
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('searchbox', { name: 'Search presets and patches' }).fill('kernel par')
  await window.getByRole('button', { name: 'Kernel parameters' }).click()
  const params = window.getByRole('textbox', { name: 'Parameters, key=value per line' })
  await params.fill('nonsense')
  await expect(window.getByText('key=value, one per line')).toBeVisible()
  await params.fill('vm.swappiness=10')
  await expect(window.getByRole('region', { name: 'What changes in the draft' })).toContainText(
    'vm.swappiness',
  )
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await expect(config.editor).toBeVisible()

  // A patch with a name: kept, merged, and told of when hovering what it set.
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Write or paste a patch' }).click()
  await window.getByRole('textbox', { name: 'Patch' }).fill('machine:\n  nodeLabels:\n    shelf: "2"\n')
  await window.getByRole('textbox', { name: 'Name' }).fill('Shelf two')
  await window.getByRole('button', { name: 'Save the patch' }).click()
  await expect(window.getByRole('button', { name: 'Shelf two' })).toBeVisible()
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await config.review()
  await expect(config.changes).toContainText('vm.swappiness')
  await expect(config.changes).toContainText('shelf')
  await expect(
    window
      .getByText(/The node would/)
      .or(window.getByText(/dry run/i))
      .first(),
  ).toBeVisible()

  // The same patch, for every node of a role: unsaved it goes nowhere, saved each node has its own table.
  await window.getByRole('button', { name: 'Editor' }).click()
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Shelf two' }).click()
  await window.getByRole('combobox', { name: 'Meant for' }).selectOption('control planes')
  const applyToNode = window.getByRole('button', { name: 'Apply to bronce-3…' })
  await expect(applyToNode).toHaveAttribute('aria-disabled', 'true')
  await window.getByRole('button', { name: 'Save the patch' }).click()
  await expect(window.getByRole('button', { name: 'Apply to control planes…' })).toBeEnabled()
  await checked(window, 'patch-panel')
  await window.getByRole('button', { name: 'Apply to control planes…' }).click()
  await expect(window.getByRole('heading', { level: 1 })).toContainText('Shelf two')
  await expect(window.getByRole('checkbox', { checked: true })).toHaveCount(3)
  await checked(window, 'patch-nodes')
  // On Talos 1.14 with its documents the old field is refused: the table says so, and that node is left out.
  await window.getByRole('button', { name: 'Review on 3 nodes' }).click()
  await expect(window.getByText('refused by this version')).toBeVisible()
  await checked(window, 'patch-review')
  await window.getByRole('button', { name: 'Nodes', exact: true }).click()
  await window.getByRole('checkbox', { name: 'bronce-3' }).uncheck()
  await window.getByRole('button', { name: 'Review on 2 nodes' }).click()
  await expect(window.getByRole('heading', { name: 'The same on all 2 nodes' })).toBeVisible()
  await window.getByRole('button', { name: 'Send to 2 nodes, in turn' }).click()
  await expect(window.getByRole('main').getByText(/^Proven, (\d+) of \1$/)).toBeVisible({ timeout: 60_000 })
})

test('old fields move into documents on a node that has them, risky ones only when ticked', async ({
  window,
}) => {
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-3')
  await config.open()
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Write or paste a patch' }).click()
  const old = 'machine:\n  env:\n    FOO: bar\n  network:\n    kubespan:\n      enabled: false\n'
  await window.getByRole('textbox', { name: 'Patch' }).fill(old)
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await expect(config.editor).toBeVisible()
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Move old fields into documents' }).click()
  const table = window.getByRole('table').filter({ hasText: 'From v1alpha1' })
  await expect(table.getByRole('checkbox', { name: 'KubeSpan' })).not.toBeChecked()
  await expect(table.getByRole('checkbox', { name: 'Environment variables' })).toBeChecked()
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await config.review()
  await expect(config.changes).toContainText('EnvironmentConfig')
  await expect(config.changes).toContainText('kubespan')
})
