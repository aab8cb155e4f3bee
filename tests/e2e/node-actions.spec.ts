import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { fleetScreen } from './drivers/fleet.ts'

/** Each test has the demo cluster to itself, as `npm start -- --demo` opens it. */
const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

test('a node is rebooted by a plan, its boot is charted, and its history is saved', async ({ window }) => {
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  await fleet.openNode('estante-1')
  await window.getByRole('link', { name: 'Reboot…' }).click()
  await expect(window.getByRole('table', { name: 'What happens' })).toContainText('kexec')
  await window.getByRole('button', { name: 'Reboot estante-1' }).click()
  await ended(window, /^Proven, (\d+) of \1$/)
  await window.getByRole('link', { name: 'Open estante-1' }).click()
  await window.getByRole('link', { name: 'History', exact: true }).click()
  await expect(window.getByRole('img', { name: /^1 boot of estante-1/ })).toBeVisible()
  await expect(window.getByRole('table', { name: 'Boot times' })).toContainText('1.13.9')
  const download = window.waitForEvent('download')
  await window.getByRole('button', { name: 'Save as Markdown' }).click()
  const saved = await download
  expect(saved.suggestedFilename()).toBe('estante-1-history.md')
  expect(readFileSync(await saved.path(), 'utf8')).toContain('## reboot estante-1')
})

test('a shutdown shows as off, not as a failure', async ({ window }) => {
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  await fleet.openNode('estante-2')
  await window.getByRole('link', { name: 'Shut down…' }).click()
  await window.getByRole('button', { name: 'Shut estante-2 down' }).click()
  await ended(window, /^Proven, (\d+) of \1$/)
  await window.getByRole('link', { name: 'Open estante-2' }).click()
  await expect(window.getByText('estante-2 is off')).toBeVisible()
})

test('a reset stands alone, asks for the host name, shows both columns, and offers what is left', async ({
  window,
}) => {
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-3')
  await expect(window.getByRole('banner').getByRole('link', { name: 'Reset…' })).toHaveCount(0)
  await window.getByRole('link', { name: 'Reset…' }).click()
  await expect(window.getByRole('region', { name: 'Erased' })).toContainText('EPHEMERAL')
  await expect(window.getByRole('region', { name: 'Kept' })).toContainText('META')
  await window.getByRole('radio', { name: 'Erase at once' }).click()
  const command = window.getByRole('main').locator('code')
  await expect(command).toContainText('--graceful=false')
  const erase = window.getByRole('button', { name: 'Erase and reset bronce-3' })
  await expect(erase).toHaveAttribute('aria-disabled', 'true')
  const typed = window.getByRole('textbox', { name: 'Type bronce-3 to go on' })
  await typed.fill('bronce-3')
  await expect(erase).not.toHaveAttribute('aria-disabled', 'true')
  // What was typed stood for what was to be erased then.
  await window.getByRole('radio', { name: 'The whole system disk' }).click()
  await expect(typed).toHaveValue('')
  await window.getByRole('radio', { name: 'Configuration and data' }).click()
  await expect(command).toContainText('STATE,EPHEMERAL')
  await typed.fill('bronce-3')
  await erase.click()
  await ended(window, /^Done, with differences/)
  await window.getByRole('button', { name: 'What is left to do?' }).click()
  await window.getByRole('link', { name: /^Plan its removal from/ }).click()
  await window.getByRole('button', { name: 'Remove the member' }).click()
  await ended(window, /^Proven, (\d+) of \1$/)
})

async function ended(window: Page, verdict: RegExp): Promise<void> {
  await expect(window.getByRole('main').getByText(verdict)).toBeVisible({ timeout: 60_000 })
}
