import { expect, type Locator, type Page } from '@playwright/test'

export interface TroubleMenu {
  readonly dialog: Locator
  /** The mark in the title bar, which counts what is wrong. */
  readonly mark: Locator
  open(): Promise<void>
  cause(what: string, node: string): Promise<void>
  end(what: string): Promise<void>
  close(): Promise<void>
}

/** What the demo cluster's own menu offers. */
export function troubleMenu(page: Page): TroubleMenu {
  const dialog = page.getByRole('dialog', { name: 'Cause trouble' })
  const mark = page.getByRole('banner').getByRole('button', { name: /^demo cluster/ })
  return {
    dialog,
    mark,
    async open() {
      await mark.click()
      await expect(dialog).toBeVisible()
    },
    async cause(what, node) {
      await dialog.getByLabel(`On which node: ${what}`).selectOption(node)
      await dialog.getByRole('button', { name: `Cause: ${what}` }).click()
      await expect(dialog.getByRole('button', { name: `End: ${what}` })).toBeVisible()
    },
    async end(what) {
      await dialog.getByRole('button', { name: `End: ${what}` }).click()
      await expect(dialog.getByRole('button', { name: `End: ${what}` })).toBeHidden()
    },
    async close() {
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
    },
  }
}
