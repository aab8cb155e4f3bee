import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { troubleMenu } from './drivers/troubles.ts'

const test = base.extend<{ app: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp({ args: ['--demo'] })
    await use(app)
    await app.stop()
  },
})

test('two nodes are upgraded in one run; a pod that stays is asked about, and stopping there touches neither', async ({
  window,
}) => {
  test.setTimeout(120_000)
  await fleetScreen(window).settled(5)
  const menu = troubleMenu(window)
  await menu.open()
  await menu.cause('Drain refused', 'estante-1')
  await menu.close()
  const box = (hostname: string) => window.getByRole('checkbox', { name: `Select ${hostname}`, exact: true })
  const every = window.getByRole('checkbox', { name: 'Select all that are shown' })
  await every.press('Space')
  await expect(window.getByText('5 selected')).toBeVisible()
  await every.press('Space')
  await expect(window.getByText('5 selected')).toBeHidden()
  await box('bronce-2').press('Space')
  await box('estante-1').press('Shift+Space')
  await box('bronce-3').click()
  await expect(every).toHaveAttribute('aria-checked', 'mixed')
  await window.getByRole('link', { name: 'Upgrade nodes' }).click()
  await window.getByRole('radio', { name: 'Workers first' }).click()
  const order = window.getByRole('table', { name: 'What changes, in this order' })
  const patience = window.getByRole('textbox', { name: 'Wait for pods this long' })
  await patience.fill('5')
  await patience.press('Enter')
  await expect(window.getByText('Whole seconds, 30 to 3,600.')).toBeVisible()
  await patience.fill('60')
  await patience.press('Enter')
  await window.getByRole('textbox', { name: 'Rest between two nodes' }).fill('0')
  await window.getByRole('textbox', { name: 'Rest between two nodes' }).press('Enter')
  await expect(order).toContainText('At least 0 seconds between two of them.')
  await expect(window.getByRole('table', { name: 'The same on all 2' })).toContainText('after 1 minute')
  await expect(order.getByRole('rowheader')).toHaveText([/^estante-1/, /^bronce-2/])
  await window.getByRole('button', { name: /^Upgrade 2 nodes/ }).click()

  const question = window.getByRole('alert').filter({ hasText: 'estante-1 cannot be drained' })
  await expect(question).toContainText('Its disruption budget allows no eviction.', { timeout: 60_000 })
  await question.getByRole('radio', { name: 'Stop here' }).click()
  await question.getByRole('button', { name: 'Stop here' }).click()

  const timetable = window.getByRole('table', { name: 'Timetable' })
  await expect(timetable.getByRole('row').filter({ hasText: 'estante-1' })).toContainText('Stopped')
  await expect(timetable.getByRole('row').filter({ hasText: 'bronce-2' })).toContainText('not touched')
  await expect(window.getByText('1 node was not touched')).toBeVisible()
  await window.getByRole('button', { name: 'Along time' }).click()
  await expect(window.getByRole('list', { name: 'Along time' })).toContainText('bronce-2')
})

test('a drain that stands still can be waited for, passed over and forced, each as it says', async ({
  window,
}) => {
  test.setTimeout(120_000)
  const fleet = fleetScreen(window)
  await fleet.settled(5)
  const menu = troubleMenu(window)
  await menu.open()
  await menu.cause('Drain refused', 'estante-1')
  await menu.close()
  const question = window.getByRole('alert').filter({ hasText: 'estante-1 cannot be drained' })
  const timeline = window.getByRole('list', { name: /^Steps/ })

  /** The same plan again, up to the question, and one answer to it. */
  async function answer(title: string): Promise<void> {
    await window.getByRole('link', { name: 'Upgrade…' }).click()
    await window.getByRole('button', { name: /^Upgrade estante-1 to/ }).click()
    await expect(question).toContainText('wanted', { timeout: 60_000 })
    await question.getByRole('radio', { name: title }).click()
    await question.getByRole('button', { name: title }).click()
    await expect(question).toBeHidden()
  }
  const stopped = async (): Promise<void> => {
    await window.getByRole('button', { name: 'Stop', exact: false }).first().click()
    await expect(
      window
        .getByRole('main')
        .getByText(/^Stopped/)
        .first(),
    ).toBeVisible({ timeout: 60_000 })
    await window.getByRole('link', { name: 'Open estante-1' }).click()
  }

  await fleet.openNode('estante-1')
  await answer('Keep waiting')
  await expect(timeline).toContainText(/Drain\s*running/)
  await stopped()
  await answer('Leave these pods, and reboot')
  await expect(timeline).toContainText(/Drain.*1 stay, \d+ s/)
  await stopped()
  await answer('Delete them past their budget')
  await expect(timeline).toContainText(/Drain.*\d, \d+ s.*Install/)
  await expect(timeline).not.toContainText(/stay/)
})
