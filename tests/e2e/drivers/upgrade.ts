import type { Locator, Page } from '@playwright/test'
import { expect } from '../app.ts'

/** The page of an upgrade: where to, which image, what was checked. */
export function upgradeScreen(window: Page) {
  const rail = window.getByRole('region', { name: 'Preflight' })
  return {
    rail,
    way: window.getByRole('table', { name: 'The way' }),
    targets: window.getByRole('radiogroup', { name: 'Target' }),
    changes: (node: string): Locator => window.getByRole('table', { name: `What changes on ${node}` }),
    diff: window.getByRole('region', { name: 'Schematic before and after' }),
    async open(node: string): Promise<void> {
      await window.getByRole('link', { name: 'Upgrade…' }).click()
      await expect(this.changes(node)).toBeVisible({ timeout: 30_000 })
    },
    async type(version: string): Promise<void> {
      await window.getByRole('textbox', { name: 'another version' }).fill(version)
      await window.getByRole('button', { name: 'Look', exact: true }).click()
    },
    /** What a check read, opened. */
    async readings(check: string): Promise<Locator> {
      const line = rail.locator('details').filter({ hasText: check })
      await line.locator('summary').click()
      return line
    },
  }
}
