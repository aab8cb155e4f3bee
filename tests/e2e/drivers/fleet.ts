import { expect, type Locator, type Page } from '@playwright/test'

export interface FleetScreen {
  readonly table: Locator
  row(hostname: string): Locator
  /** All of them running and ready. */
  settled(count: number): Promise<void>
  openNode(hostname: string): Promise<void>
}

export function fleetScreen(page: Page): FleetScreen {
  const table = page.getByRole('table', { name: /^Nodes of/ })
  const row = (hostname: string): Locator =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: hostname, exact: true }) })
  return {
    table,
    row,
    async settled(count) {
      await expect(table.getByText('running, ready')).toHaveCount(count)
    },
    async openNode(hostname) {
      await row(hostname).getByRole('link', { name: hostname }).click()
      await expect(page.getByRole('heading', { level: 1, name: hostname })).toBeVisible()
    },
  }
}
