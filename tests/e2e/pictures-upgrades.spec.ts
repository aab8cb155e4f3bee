import { expect, startApp, test as base, type RunningApp } from './app.ts'
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
  test(`the screens of upgrades and of what is done to a node, ${theme}`, async ({ window }) => {
    test.setTimeout(180_000)
    await window.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const fleet = fleetScreen(window)
    await fleet.settled(5)

    await window.getByRole('link', { name: 'Upgrade nodes' }).click()
    for (const hostname of ['bronce-1', 'bronce-2', 'estante-1', 'estante-2']) {
      await window.getByRole('checkbox', { name: `Upgrade ${hostname} too` }).click()
    }
    await expect(window.getByRole('table', { name: 'What changes, in this order' })).toContainText('bronce-1')
    await picture(window, 'upgrade-nodes', theme)

    await fleetOf(window)
    await window.getByRole('link', { name: 'Upgrade…' }).click()
    await window.getByRole('textbox', { name: 'another version' }).fill('1.34.2')
    await window.getByRole('button', { name: 'Look' }).click()
    await expect(window.getByRole('table', { name: 'What moves' })).toContainText('v1.34.2')
    await picture(window, 'kubernetes-plan', theme)
    await window.getByRole('link', { name: 'Manifests…' }).click()
    await expect(window.getByText('Deployment kube-system/coredns')).toBeVisible()
    await picture(window, 'manifests', theme)

    await fleetOf(window)
    await fleet.openNode('estante-2')
    await window.getByRole('link', { name: 'Reset…' }).click()
    await expect(window.getByRole('region', { name: 'Erased' })).toContainText('EPHEMERAL')
    await picture(window, 'reset', theme)

    await fleetOf(window)
    await fleet.openNode('estante-2')
    await window.getByRole('link', { name: 'Reboot…' }).click()
    await window.getByRole('button', { name: 'Reboot estante-2' }).click()
    await expect(window.getByRole('main').getByText(/^Proven, /)).toBeVisible({ timeout: 60_000 })
    await window.getByRole('link', { name: 'Open estante-2' }).click()
    await window.getByRole('link', { name: 'Roll back…' }).click()
    await expect(window.getByRole('table', { name: 'Boot slots' })).toBeVisible()
    await picture(window, 'rollback', theme)
    await window.goBack()
    await window.getByRole('link', { name: 'History', exact: true }).click()
    await expect(window.getByRole('table', { name: 'Boot times' })).toBeVisible()
    await picture(window, 'history', theme)
  })
}
