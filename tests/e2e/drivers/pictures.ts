import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/**
 * A screen in a theme: checked for accessibility and kept as a picture. `ICHOR_PICTURES=1` writes them to
 * docs/pictures, any other run to test-results.
 */
const folder = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  process.env['ICHOR_PICTURES'] === '1' ? 'docs/pictures' : 'test-results/pictures',
)
mkdirSync(folder, { recursive: true })

export async function fleetOf(window: Page): Promise<void> {
  await window.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'casa' }).click()
}

export async function picture(window: Page, name: string, theme: string): Promise<void> {
  await window.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' })
  const { violations } = await new AxeBuilder({ page: window })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    // Monaco draws its own text; its contrast comes from our theme, which is checked by tests of the tokens.
    .exclude('.monaco-editor')
    .analyze()
  const told = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
  )
  expect(told, `${name}, ${theme}`).toEqual([])
}
