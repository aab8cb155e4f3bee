import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from '../app.ts'

/** The screen is accessible; with ICHOR_SHOTS it is also photographed in both themes, wide and narrow. */
export async function checked(window: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: window })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .exclude('.monaco-editor')
    .analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`),
  ).toEqual([])
  const folder = process.env['ICHOR_SHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  for (const [width, height] of [
    [1440, 900],
    [1024, 720],
  ] as const) {
    await window.setViewportSize({ width, height })
    for (const colorScheme of ['dark', 'light'] as const) {
      await window.emulateMedia({ colorScheme })
      await window.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) })
    }
  }
  await window.setViewportSize({ width: 1280, height: 800 })
}
