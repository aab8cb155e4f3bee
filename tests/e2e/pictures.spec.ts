import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { configScreen } from './drivers/config.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { fleetOf, picture } from './drivers/pictures.ts'

const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

for (const theme of ['dark', 'light'] as const) {
  test(`every screen is accessible and looks its part, ${theme}`, async ({ window }) => {
    test.setTimeout(240_000)
    await window.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const fleet = fleetScreen(window)
    const config = configScreen(window)

    await fleet.settled(5)
    await expect(fleet.row('estante-2').getByRole('meter')).toHaveCount(3)
    await picture(window, 'fleet', theme)

    await fleet.openNode('bronce-1')
    await expect(window.getByRole('table', { name: 'Services' })).toContainText('kubelet')
    await expect(window.getByRole('heading', { name: 'Last 5 minutes' })).toBeVisible()
    await picture(window, 'node', theme)
    await window.getByRole('link', { name: 'Services', exact: true }).click()
    await expect(window.getByRole('table', { name: 'Services' })).toContainText('trustd')
    await picture(window, 'services', theme)
    await window.getByRole('link', { name: 'Kernel log', exact: true }).click()
    await expect(window.getByRole('log')).toContainText('[talos]')
    await picture(window, 'kernel-log', theme)

    await fleetOf(window)
    await fleet.openNode('bronce-3')
    await config.open()
    await config.append('---\napiVersion: v1alpha1\nkind: DummyLinkConfig\nname: dummy7\nmtu: 9000\n')
    await expect(window.getByText(/^Draft saved/)).toBeVisible()
    await picture(window, 'config-edit', theme)
    await config.key('mtu').hover()
    await expect(window.locator('.monaco-hover:visible')).toContainText('Official page')
    await picture(window, 'config-hover', theme)
    await window.getByRole('button', { name: 'Insert…' }).click()
    await window.getByRole('button', { name: 'Kernel parameters' }).click()
    await window.getByRole('textbox', { name: 'Parameters, key=value per line' }).fill('vm.swappiness=10')
    const preview = window.getByRole('region', { name: 'What changes in the draft' })
    await expect(preview).toContainText('vm.swappiness')
    await picture(window, 'config-insert', theme)
    await window.getByRole('button', { name: 'Editor', exact: true }).click()
    await config.review()
    await expect(window.getByText('Same in talosctl')).toBeVisible()
    await picture(window, 'config-review', theme)
    await config.send(/^Try for/)
    await expect(window.getByRole('button', { name: /Keep/ })).toBeVisible()
    await picture(window, 'config-try', theme)
    await window.keyboard.press('ControlOrMeta+Enter')
    await expect(config.verdict).toContainText('as expected')
    await picture(window, 'config-verdict', theme)

    await fleetOf(window)
    await fleet.openNode('estante-1')
    await window.getByRole('link', { name: 'Upgrade…' }).click()
    await expect(window.getByRole('table', { name: 'What changes on estante-1' })).toBeVisible()
    await picture(window, 'upgrade-plan', theme)
    await window.getByRole('button', { name: 'Upgrade estante-1 to 1.14.2' }).click()
    await expect(window.getByRole('main').getByText(/^Proven, /)).toBeVisible({ timeout: 60_000 })
    await picture(window, 'upgrade-verdict', theme)

    await window.getByRole('link', { name: 'Diagnostics' }).click()
    await expect(window.getByRole('table', { name: 'Result of the self-test' })).toContainText('passed')
    await picture(window, 'diagnostics', theme)
    await window.keyboard.press('ControlOrMeta+k')
    await expect(window.getByRole('dialog')).toBeVisible()
    await picture(window, 'palette', theme)
  })
}

test('the first screen and the narrow fleet', async ({ browser }) => {
  const app = await startApp()
  const context = await browser.newContext({ viewport: { width: 1024, height: 720 } })
  const page = await context.newPage()
  await page.goto(app.url)
  await expect(page.getByRole('button', { name: /Try the demo cluster/ })).toBeVisible()
  await picture(page, 'welcome-narrow', 'light')
  await page.setViewportSize({ width: 1440, height: 900 })
  await picture(page, 'welcome', 'light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture(page, 'welcome', 'dark')
  await page.getByRole('button', { name: /Try the demo cluster/ }).click()
  await fleetScreen(page).settled(5)
  await page.setViewportSize({ width: 1024, height: 720 })
  await picture(page, 'fleet-narrow', 'dark')
  await context.close()
  await app.stop()
})
