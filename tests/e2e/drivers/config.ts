import { expect, type Locator, type Page } from '@playwright/test'

/** The Configuration page of a node, from the editor to the verdict. */
export interface ConfigScreen {
  readonly editor: Locator
  readonly problems: Locator
  /** The first key of that name in sight. */
  key(name: string): Locator
  open(): Promise<void>
  /** Puts text at the end, as a paste does: no completion gets in between. */
  append(text: string): Promise<void>
  /** Pastes over everything. */
  replace(text: string): Promise<void>
  review(): Promise<void>
  send(button: RegExp): Promise<void>
  readonly changes: Locator
  readonly verdict: Locator
}

export function configScreen(page: Page): ConfigScreen {
  const editor = page.locator('.monaco-editor').first()
  return {
    editor,
    problems: page.getByRole('table', { name: 'Problems' }),
    key: (name) =>
      editor
        .locator('.view-line span span')
        .filter({ hasText: new RegExp(`^${name}$`) })
        .first(),
    changes: page.getByRole('table', { name: 'Changes, before and after' }),
    verdict: page.getByRole('table', { name: 'Expected beside found' }),
    async open() {
      await page.getByRole('link', { name: 'Configuration', exact: true }).click()
      await expect(editor.locator('.view-line').first()).toBeVisible()
      await expect(page.getByText('secrets stand as placeholders')).toBeVisible()
    },
    async append(text) {
      await editor.locator('.native-edit-context, textarea').first().focus()
      await page.keyboard.press('ControlOrMeta+End')
      await page.keyboard.insertText(text)
    },
    async replace(text) {
      await editor.locator('.native-edit-context, textarea').first().focus()
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.insertText(text)
    },
    async review() {
      await page.getByRole('button', { name: /^Review \d+ change/ }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText(/changes? to/)
    },
    async send(button) {
      await page.getByRole('button', { name: button }).click()
    },
  }
}
