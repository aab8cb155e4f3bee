import type { Page } from '@playwright/test'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { configScreen } from './drivers/config.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { troubleMenu } from './drivers/troubles.ts'

/** Each test has the demo cluster to itself, as `npm start -- --demo` opens it. */
const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

test('the fleet is live, says that it is a demo, and filters by key', async ({ window }) => {
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  await expect(window.getByText('demo cluster').first()).toBeVisible()
  await expect(fleet.row('estante-2')).toContainText('1.11.6')
  await window.keyboard.press('/')
  await window.keyboard.type('bronce')
  await expect(fleet.table.getByText('running, ready')).toHaveCount(3)
})

test('a node tells who it is, how its services are, and what its logs say', async ({ window }) => {
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-1')
  await expect(window.getByText('etcd', { exact: true }).first()).toBeVisible()
  await expect(window.getByRole('table', { name: 'Stage' })).toContainText('nodeReady')

  await window.getByRole('link', { name: 'Services', exact: true }).click()
  await window.getByRole('button', { name: 'Restart kubelet' }).click()
  await expect(window.getByRole('heading', { level: 1 })).toContainText('kubelet')
  await expect(window.getByRole('table', { name: 'Verdict' })).toContainText('as expected')

  await window.goBack()
  await window.getByRole('link', { name: 'Kernel log', exact: true }).click()
  const log = window.getByRole('log')
  await expect(log).toContainText('[talos]')
  await window.getByRole('searchbox', { name: 'Search the log' }).fill('machine is running and ready')
  await window.keyboard.press('Enter')
  await expect(log.locator('mark').first()).toContainText('machine is running and ready')
  await expect(window.getByText(/^Paused/)).toBeVisible()

  await window.getByRole('link', { name: 'Logs', exact: true }).click()
  await expect(log).not.toBeEmpty()
})

test('a change is reviewed, checked by the node, applied and proven', async ({ window }) => {
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('estante-1')
  await config.open()
  await config.append(
    '---\napiVersion: v1alpha1\nkind: KmsgLogConfig\nname: remote\nurl: tcp://10.0.20.5:3333\n',
  )
  await expect(window.getByText(/^Draft saved/)).toBeVisible()
  await config.review()
  await expect(config.changes).toContainText('KmsgLogConfig')
  await expect(config.changes).toContainText('tcp://10.0.20.5:3333')
  await expect(config.changes).toContainText('live')
  await config.send(/^Apply/)
  await expect(config.verdict).toContainText('as expected')
  await expect(config.verdict).not.toContainText('differs')
})

test('a change of the network is tried: kept when the person says so', async ({ window }) => {
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-3')
  await config.open()
  await config.append('---\napiVersion: v1alpha1\nkind: DummyLinkConfig\nname: dummy7\n')
  await config.review()
  await config.send(/^Try for/)
  await expect(window.getByRole('button', { name: /Keep/ })).toBeVisible()
  await window.keyboard.press('ControlOrMeta+Enter')
  await expect(config.verdict).toContainText('as expected')
})

test('a draft that is not YAML is told at its line, and nothing is lost', async ({ window }) => {
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await fleet.settled(5)
  await fleet.openNode('bronce-2')
  await config.open()
  await config.append('---\nkind: A: B\n')
  await expect(config.problems).toContainText('second key on this line')
  await expect(window.getByText(/^Draft saved/)).toBeVisible()
  await window.reload()
  await expect(config.problems).toContainText('second key on this line')
})

test('a node is upgraded with proof, then rolled back with proof', async ({ window }) => {
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  await fleet.openNode('estante-1')
  await window.getByRole('link', { name: 'Upgrade…' }).click()
  await expect(window.getByRole('table', { name: 'What changes on estante-1' })).toContainText('v1.14.2')
  await window.getByRole('button', { name: 'Upgrade estante-1 to 1.14.2' }).click()
  await proven(window)
  await expect(window.getByRole('heading', { level: 1 })).toContainText('1.13.9 → 1.14.2')

  await window.getByRole('link', { name: 'Open estante-1' }).click()
  await window.getByRole('link', { name: 'Roll back…' }).click()
  const back = window.getByRole('button', { name: 'Roll estante-1 back' })
  await expect(window.getByRole('table', { name: 'What changes on estante-1' })).toBeVisible()
  // Longhorn may still rebuild its copies after the restart: that has to be read first.
  const read = window.getByRole('checkbox', { name: 'I have read this and go on.' })
  if (await read.isVisible()) await read.check()
  await back.click()
  await proven(window)
  await expect(window.getByRole('table', { name: 'Verdict' })).toContainText('v1.13.9')
  await expect(window.getByRole('table', { name: 'Tasks' })).toContainText('Proven')
})

test('trouble is caused on purpose, seen in the fleet, and ended', async ({ window }) => {
  const fleet = fleetScreen(window)
  const troubles = troubleMenu(window)
  await fleet.settled(5)
  await troubles.open()
  await troubles.cause('Plug pulled', 'estante-2')
  await troubles.cause('Slow answers', 'bronce-1')
  await troubles.end('Slow answers')
  await troubles.close()
  await expect(troubles.mark).toHaveText('demo cluster1 trouble')
  await expect(fleet.row('estante-2')).toContainText('no answer')
  // Another window, or this one again, knows of it.
  await window.reload()
  await expect(troubles.mark).toContainText('1 trouble')
  await troubles.open()
  await expect(troubles.dialog).toContainText('On estante-2')
  await troubles.end('Plug pulled')
  await troubles.close()
  await expect(troubles.mark).toHaveText('demo cluster')
  await fleet.settled(5)
})

test('the palette opens a screen by a few keys', async ({ window }) => {
  await fleetScreen(window).settled(5)
  await window.keyboard.press('ControlOrMeta+k')
  await window.keyboard.type('estante-2')
  await window.keyboard.press('Enter')
  await expect(window.getByRole('heading', { level: 1, name: 'estante-2' })).toBeVisible()
})

/** The run has ended, and every fact it promised was read back from the node. */
async function proven(window: Page): Promise<void> {
  await expect(window.getByRole('main').getByText(/^Proven, (\d+) of \1$/)).toBeVisible({ timeout: 60_000 })
}
