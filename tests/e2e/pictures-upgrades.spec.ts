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
    await expect(window.getByRole('table', { name: 'What changes on estante-2' })).toBeVisible()
    await picture(window, 'rollback', theme)
    await window.goBack()
    await window.getByRole('link', { name: 'History', exact: true }).click()
    await expect(window.getByRole('table', { name: 'Boot times' })).toBeVisible()
    await picture(window, 'history', theme)
  })
}

test.describe('in Spanish', () => {
  test.use({ locale: 'es-ES' })

  test('the screens that the Spanish guide shows', async ({ window }) => {
    test.setTimeout(180_000)
    await window.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    const nodes = window.getByRole('table', { name: 'Nodos de casa' })
    await expect(nodes.getByText('en marcha, listo')).toHaveCount(5)
    const home = () =>
      window.getByRole('navigation', { name: 'Dónde estás' }).getByRole('link', { name: 'casa' }).click()
    const open = (hostname: string) => nodes.getByRole('link', { name: hostname, exact: true }).click()

    await window.getByRole('link', { name: 'Actualizar…' }).click()
    await window.getByRole('textbox', { name: 'otra versión' }).fill('1.34.2')
    await window.getByRole('button', { name: 'Mirar' }).click()
    await expect(window.getByRole('table', { name: 'Qué se mueve' })).toContainText('v1.34.2')
    await picture(window, 'kubernetes-plan-es', 'light')
    await home()
    await open('estante-2')
    await window.getByRole('link', { name: 'Restablecer…' }).click()
    await expect(window.getByRole('region', { name: 'Se borra' })).toContainText('EPHEMERAL')
    await picture(window, 'reset-es', 'light')
    await home()
    await open('estante-2')
    await window.getByRole('link', { name: 'Volver atrás…' }).click()
    await expect(window.getByRole('table', { name: 'Qué cambia en estante-2' })).toBeVisible()
    await picture(window, 'rollback-es', 'light')
    await home()
    await window.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await window.getByRole('checkbox', { name: 'Seleccionar bronce-1' }).click()
    await window.getByRole('checkbox', { name: 'Seleccionar estante-1' }).click({ modifiers: ['Shift'] })
    await window.getByRole('link', { name: 'Actualizar nodos' }).click()
    await expect(window.getByRole('table', { name: 'Qué cambia, en este orden' })).toContainText('bronce-2')
    await picture(window, 'upgrade-nodes-es', 'dark')
  })
})
