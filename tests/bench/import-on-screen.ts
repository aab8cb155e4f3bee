import type { Page } from 'playwright'

/** Imports a talosconfig as a person does, keys in memory only, and waits until all its nodes are shown ready. */
export async function importOnScreen(page: Page, talosconfig: string, nodes: number): Promise<void> {
  await page.getByRole('button', { name: 'Paste the text…' }).click()
  await page.getByRole('textbox', { name: 'The text of the talosconfig' }).fill(talosconfig)
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByRole('button', { name: 'Import one context' }).click()
  await page.getByRole('radio', { name: 'Only in memory' }).check()
  await page.getByRole('button', { name: 'Keep them in memory' }).click()
  const ready = page.getByRole('table', { name: /^Nodes of/ }).getByText('running, ready')
  await ready.nth(nodes - 1).waitFor({ timeout: 60_000 })
}
