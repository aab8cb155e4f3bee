import { readFile } from 'node:fs/promises'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { upgradeScreen } from './drivers/upgrade.ts'

const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

test('an upgrade shows the whole way, takes another extension, and leaves as a file', async ({ window }) => {
  test.setTimeout(120_000)
  const fleet = fleetScreen(window)
  const upgrade = upgradeScreen(window)
  await fleet.settled(5)
  await fleet.openNode('estante-2')
  await upgrade.open('estante-2')

  await expect(upgrade.way.getByRole('row')).toHaveCount(4)
  await expect(upgrade.way.getByRole('row', { name: /1\.12\.11 this plan/ })).toBeVisible()
  await upgrade.type('1.14.77')
  await expect(upgrade.targets).toContainText('1.14.77')
  await expect(upgrade.targets).toContainText(/host too old/)

  await window.getByRole('button', { name: 'Change the image…' }).click()
  await window.getByRole('checkbox', { name: /^tailscale/ }).check()
  // What is ticked is not in the plan yet, so the plan cannot be started by mistake.
  const start = window.getByRole('button', { name: 'Upgrade estante-2 to 1.12.11' })
  await expect(start).toHaveAttribute('aria-disabled', 'true')
  await window.getByRole('button', { name: 'Put it into the plan' }).click()
  await expect(start).not.toHaveAttribute('aria-disabled', 'true')
  await expect(upgrade.diff).toContainText('siderolabs/tailscale')
  await expect(upgrade.rail).toContainText('The Image Factory has not heard of this schematic yet.')
  await window.getByRole('button', { name: 'Check with the factory' }).click()
  await expect(window.getByText('The factory knows it, and the image is there.')).toBeVisible()
  await expect(upgrade.rail).not.toContainText('has not heard of')
  await expect(upgrade.changes('estante-2').getByRole('row', { name: /tailscale/ })).toContainText('added')

  const read = await upgrade.readings('Extensions published')
  await expect(read).toContainText('siderolabs/iscsi-tools')

  await window.getByRole('button', { name: 'Export' }).click()
  const saving = window.waitForEvent('download')
  await window.getByRole('menuitem', { name: 'Save as Markdown' }).click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('upgrade-estante-2-v1.12.11.md')
  expect(await readFile(await saved.path(), 'utf8')).toContain('| extension tailscale |')
})
