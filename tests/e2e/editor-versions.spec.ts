import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './app.ts'
import { configScreen, type ConfigScreen } from './drivers/config.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { startSimulator, type RunningSimulator } from './simulator.ts'

interface Line {
  readonly version: string
  /** Typed where a document may begin. */
  readonly typed: string
  readonly offered: readonly string[]
  readonly notOffered: readonly string[]
  /** What the hover over machine.kubelet says. */
  readonly hover: readonly RegExp[]
  /** Appended to the draft. */
  readonly text: string
  readonly problem: RegExp
  readonly isNote?: boolean
  readonly mend: string
  /** A line of the text once it is mended. */
  readonly mended: string
}

const LINES: readonly Line[] = [
  {
    version: '1.11.6',
    typed: 'Kube',
    offered: ['KubeSpanEndpointsConfig'],
    notOffered: ['KubeSpanConfig', 'KubeletConfig'],
    hover: [/Talos 1\.9 or older/, /Talos 1\.11\.6: restarts kubelet/],
    text: '---\napiVersion: v1alpha1\nkind: LinkConfig\nname: enp9s0\n---\napiVersion: v1alpha1\nkind: EventSinkConfg\nendpoint: 10.0.0.9:4444\n',
    problem: /LinkConfig enp9s0 came with a newer Talos/,
    mend: 'Change to EventSinkConfig',
    mended: 'kind: EventSinkConfig',
  },
  {
    version: '1.12.11',
    typed: 'Lin',
    offered: ['LinkConfig', 'LinkAliasConfig'],
    notOffered: ['BlackholeRouteConfig'],
    hover: [/Talos 1\.9 or older/, /Talos 1\.12\.11: restarts kubelet/],
    text: '---\napiVersion: v1alpha1\nkind: LinkConfig\nname: enp9s0\nmut: 9000\n',
    problem: /Unknown key: mut\. Talos has mtu here/,
    mend: 'Change to mtu',
    mended: 'mtu: 9000',
  },
  {
    version: '1.13.9',
    typed: 'Kube',
    offered: ['KubeSpanConfig', 'KubeSpanEndpointsConfig'],
    notOffered: ['KubeletConfig'],
    hover: [/Talos 1\.9 or older/, /Talos 1\.13\.9: restarts kubelet/],
    text: '---\napiVersion: v1alpha1\nkind: DummyLinkConfig\nname: dummy7\n mtu: 9000\n',
    problem: /not indented like the lines beside it/,
    mend: 'Indent like its neighbours',
    mended: 'mtu: 9000',
  },
  {
    version: '1.14.0',
    typed: 'Kubel',
    offered: ['KubeletConfig'],
    notOffered: [],
    hover: [/Not in the schema since 1\.14/, /Talos 1\.14\.0: restarts kubelet/],
    text: '# old keys of a 1.13 config\n',
    problem: /Its place now is KubeletConfig/,
    isNote: true,
    mend: 'Move to KubeletConfig',
    mended: 'kind: KubeletConfig',
  },
]

let cluster: RunningSimulator
test.beforeAll(async () => {
  const versions = LINES.map(({ version }) => version).join(',')
  cluster = await startSimulator([
    ...['--controlplanes', '1', '--workers', '3', '--talos', versions, '--contract', '1.13'],
  ])
})
test.afterAll(() => cluster.stop())

test('the editor completes, explains and mends as the Talos of each node has it', async ({ window }) => {
  test.setTimeout(120_000)
  const fleet = fleetScreen(window)
  const config = configScreen(window)
  await window
    .getByLabel('Choose a file…')
    .or(window.locator('input[type=file]'))
    .first()
    .setInputFiles(cluster.paths.admin)
  await window.getByRole('button', { name: 'Import one context' }).click()
  await window.getByLabel('Passphrase, at least 8 characters').fill('three nodes in a cupboard')
  await window.getByLabel('The same once more').fill('three nodes in a cupboard')
  await window.getByRole('button', { name: 'Seal the keys' }).click()
  await fleet.settled(LINES.length)
  const home = window.url()

  for (const line of LINES) {
    await test.step(line.version, async () => {
      const row = fleet.table.getByRole('row').filter({ hasText: line.version })
      await row.getByRole('rowheader').getByRole('link').click()
      await config.open()
      await explains(window, config, line)
      await completes(window, config.editor, line)
      await config.append(line.text)
      await mends(window, config.editor, line)
      await window.goto(home)
    })
  }
})

/** With ICHOR_SHOTS the screen is photographed in both themes, wide and narrow. */
async function shot(window: Page, name: string): Promise<void> {
  const folder = process.env['ICHOR_SHOTS']
  if (folder === undefined) return
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
  await window.setViewportSize({ width: 1440, height: 900 })
}

async function explains(window: Page, { key }: ConfigScreen, { hover, version }: Line): Promise<void> {
  await key('kubelet').hover()
  const told = window.locator('.monaco-hover:visible')
  for (const words of hover) await expect(told).toContainText(words)
  await expect(told.getByText('Official page')).toBeVisible()
  await shot(window, `hover-${version}`)
}

async function completes(
  window: Page,
  editor: Locator,
  { typed, offered, notOffered, version }: Line,
): Promise<void> {
  await editor.locator('.native-edit-context, textarea').first().focus()
  await window.keyboard.press('ControlOrMeta+End')
  await window.keyboard.type(`\n${typed}`)
  const list = window.locator('.suggest-widget')
  const kind = (name: string): Locator => list.getByRole('option', { name: new RegExp(`^${name}\\b`) })
  for (const name of offered) await expect(kind(name)).toBeVisible()
  for (const name of notOffered) await expect(kind(name)).toHaveCount(0)
  await shot(window, `complete-${version}`)
  await window.keyboard.press('Escape')
  await window.keyboard.press('Shift+Home')
  await window.keyboard.press('Delete')
}

async function mends(
  window: Page,
  editor: Locator,
  { problem, isNote, mend, mended, version }: Line,
): Promise<void> {
  const problems = window.getByRole('region', { name: 'Problems' })
  // Notes alone are folded; errors open the list by themselves.
  if (isNote === true) {
    await expect(problems.getByText(/\d+ hints?/)).toBeVisible()
    await problems.getByRole('button', { name: 'Show the problems' }).click()
  }
  await expect(problems.getByText(problem)).toBeVisible()
  await shot(window, `problem-${version}`)
  await problems.getByRole('button', { name: mend }).first().click()
  await expect(problems.getByRole('button', { name: mend })).toHaveCount(0)
  await editor.locator('.native-edit-context, textarea').first().focus()
  await window.keyboard.press('ControlOrMeta+End')
  await expect(editor.locator('.view-line').filter({ hasText: mended }).first()).toBeVisible()
}
