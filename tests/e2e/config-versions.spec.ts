import type { Page } from '@playwright/test'
import { expect, startApp, test as base, type RunningApp } from './app.ts'
import { configScreen } from './drivers/config.ts'
import { fleetScreen } from './drivers/fleet.ts'
import { configSecrets } from './drivers/secrets.ts'
import { startSimulator, type RunningSimulator } from './simulator.ts'

/** A node of each line of Talos, with what is its own there. */
interface Line {
  readonly talos: string
  readonly node: string
  /** Another of its role to be compared with. */
  readonly beside: string
  /** What the second change, `machine.env`, costs. */
  readonly effect: string
  /** Ways of sending it that are there and cannot be taken, with why. */
  readonly refused: readonly { readonly way: string; readonly why: string }[]
  /** How a change that costs nothing is sent. */
  readonly plain: string
  /** Whether it tells if the Talos in the other slot would read the new document; else that risk is unknown. */
  readonly tellsSlots: boolean
  /** Whether the node tells what is on its disk. */
  readonly tellsDisk: boolean
  /** Whether registries have a document there. */
  readonly migrates: boolean
}

const NEEDS_REBOOT = [
  { way: 'Apply now', why: 'Refused: one of the changes needs a reboot on this Talos.' },
  { way: 'Try for 2 min, then keep', why: 'Refused: one of the changes needs a reboot on this Talos.' },
]
const LINES: readonly Line[] = [
  {
    talos: 'v1.9.6',
    node: 'estante-1',
    beside: 'estante-2',
    effect: 'reboots the node',
    refused: NEEDS_REBOOT,
    plain: 'Apply now',
    tellsSlots: false,
    tellsDisk: false,
    migrates: false,
  },
  {
    talos: 'v1.12.11',
    node: 'estante-2',
    beside: 'estante-1',
    effect: 'reboots the node',
    refused: NEEDS_REBOOT,
    plain: 'Apply now',
    tellsSlots: true,
    tellsDisk: true,
    migrates: true,
  },
  {
    talos: 'v1.13.9',
    node: 'bronce-2',
    beside: 'bronce-1',
    effect: 'reboots the node',
    refused: NEEDS_REBOOT,
    plain: 'Apply now',
    tellsSlots: true,
    tellsDisk: true,
    migrates: true,
  },
  {
    talos: 'v1.14.0',
    node: 'bronce-1',
    beside: 'bronce-2',
    effect: 'at the next reboot',
    refused: [
      { way: 'Apply and reboot', why: 'Talos 1.14 refuses this mode. Apply, then reboot from the node.' },
    ],
    plain: 'Apply, let the node choose',
    tellsSlots: true,
    tellsDisk: true,
    migrates: true,
  },
]

const COMMENT = '# the board restarts it when it hangs'
const WATCHDOG = `---
apiVersion: v1alpha1
kind: WatchdogTimerConfig
device: /dev/watchdog0 ${COMMENT}
timeout: 2m0s
`
const OLD_FIELD =
  'machine:\n  registries:\n    mirrors:\n      nas.lan:\n        endpoints:\n          - https://nas.lan\n'
const PATCH = 'machine:\n  certSANs: [casa.lan]\n  env:\n    GRPC_GO_LOG: info\n'

const test = base.extend<{ app: RunningApp; simulator: RunningSimulator; frames: readonly string[] }>({
  // eslint-disable-next-line no-empty-pattern
  simulator: async ({}, use) => {
    const simulator = await startSimulator([
      ...['--controlplanes', '2', '--workers', '2', '--speed', '60'],
      ...['--talos', 'v1.14.0,v1.13.9,v1.9.6,v1.12.11'],
    ])
    await use(simulator)
    await simulator.stop()
  },
  // Before the window is opened: all that crosses, both ways.
  frames: async ({ page }, use) => {
    const frames: string[] = []
    page.on('websocket', (socket) => {
      const keep = ({ payload }: { payload: string | Buffer }) => frames.push(payload.toString())
      socket.on('framesent', keep)
      socket.on('framereceived', keep)
    })
    await use(frames)
  },
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp()
    await use(app)
    await app.stop()
  },
})

test('every line of Talos is configured as a person does it, and no secret reaches the page', async ({
  frames,
  simulator,
  window,
  context,
}) => {
  test.setTimeout(300_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await importFile(window, simulator)
  await fleetScreen(window).settled(4)

  for (const line of LINES) {
    await test.step(`Talos ${line.talos}: look, edit, review, take it out, send, prove`, () =>
      change(window, line))
    await test.step(`Talos ${line.talos}: a patch that waits for a reboot`, () => stage(window, line))
    await test.step(`Talos ${line.talos}: history and restore`, () => restore(window, line))
    await test.step(`Talos ${line.talos}: old fields and documents`, () => migration(window, line))
    await test.step(`Talos ${line.talos}: compare with its neighbour`, () => compare(window, line))
  }

  const secrets = await configSecrets(simulator.talosconfig)

  expect(frames.join('').length).toBeGreaterThan(100_000)
  expect(frames.some((frame) => frame.includes('«secret:machine.token»'))).toBe(true)
  expect(secrets.length).toBeGreaterThan(10)
  for (const secret of secrets) {
    const held = frames.find((frame) => frame.includes(secret))
    expect(held?.replaceAll(secret, '<<secret>>').slice(0, 300)).toBeUndefined()
  }
})

/** Items 1 to 7 and 10: typed, and a preset; each row's effect and risk; Markdown; dry run; verdict. */
async function change(window: Page, { node, plain, talos, tellsSlots }: Line): Promise<void> {
  const config = configScreen(window)
  await toConfig(window, node)
  await expect(window.getByText(`Talos ${talos.slice(1).replace(/\.\d+$/, '')}`).first()).toBeVisible()
  await expect(config.editor).toContainText('«secret:')
  await config.append(WATCHDOG)

  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Kernel parameters' }).click()
  await window.getByRole('textbox', { name: 'Parameters, key=value per line' }).fill('vm.swappiness=10')
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await config.review()
  const sysctl = config.changes.getByRole('row').filter({ hasText: 'vm.swappiness' })
  await expect(sysctl).toContainText('not set')
  await expect(sysctl).toContainText('live')
  await expect(config.changes).toContainText('WatchdogTimerConfig')
  await expect(config.changes.getByText('no way back: unknown')).toHaveCount(tellsSlots ? 0 : 4)

  await window.getByRole('button', { name: 'Export' }).click()
  await window.getByRole('menuitem', { name: 'Copy as Markdown' }).click()
  const markdown = window.evaluate.bind(window, () => navigator.clipboard.readText())
  await expect.poll(markdown).toMatch(/\| v1alpha1 .*vm\.swappiness.*`?"10"`? \| live/)

  await agrees(window)
  await window.getByRole('radio', { name: plain }).click()
  await agrees(window)
  await config.send(new RegExp(`^${plain}`))
  const title = window.getByRole('heading', { level: 1 })
  await expect(title).toContainText('has it: read back and equal', { timeout: 60_000 })
  await expect(config.verdict.getByRole('row').filter({ hasText: 'Active configuration' })).toContainText(
    'as expected',
  )
  await window.getByRole('button', { name: 'Back to the editor' }).click()
  await expect(config.editor.locator('.view-line').first()).toBeVisible()
  await config.append('')
  await expect(config.editor).toContainText(COMMENT)
}

/** Items 3, 4, 5 and 11: a saved patch, what it costs on this Talos, which ways are refused, stored and told of. */
async function stage(window: Page, { node, effect, refused, tellsDisk }: Line): Promise<void> {
  const config = configScreen(window)
  await window.getByRole('button', { name: 'Insert…' }).click()
  const saved = window.getByRole('button', { name: 'Go logs' })
  await expect(window.getByRole('button', { name: 'Kernel parameters' })).toBeVisible()
  if ((await saved.count()) === 0) {
    await window.getByRole('button', { name: 'Write or paste a patch' }).click()
    await window.getByRole('textbox', { name: 'Patch' }).fill(PATCH)
    await window.getByRole('textbox', { name: 'Name' }).fill('Go logs')
    await window.getByRole('combobox', { name: 'Meant for' }).selectOption('all nodes of the cluster')
    await window.getByRole('button', { name: 'Save the patch' }).click()
    await expect(window.getByRole('button', { name: 'Apply to all nodes…' })).toBeVisible()
  } else await saved.click()
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await config.review()
  await expect(config.changes.getByRole('row').filter({ hasText: 'GRPC_GO_LOG' })).toContainText(effect)
  await expect(config.changes.getByRole('row').filter({ hasText: 'casa.lan' })).toContainText('certificate')
  for (const { way, why } of refused) {
    const choice = window.getByRole('radio', { name: way })
    await expect(choice).toBeDisabled()
    await expect(window.getByRole('radiogroup', { name: 'How to send it' })).toContainText(why)
  }
  await window.getByRole('radio', { name: 'Store for the next reboot' }).click()
  await agrees(window)
  await config.send(/^Store for the next reboot/)
  await expect(config.verdict).toBeVisible({ timeout: 60_000 })
  await toFleet(window)
  const badge = fleetScreen(window).row(node).getByText('staged')
  // Before 1.10 a node does not tell what is on its disk: nothing is claimed.
  if (tellsDisk) await expect(badge).toBeVisible()
  else await expect(badge).toBeHidden()
}

/** Item 6: what was there before is a draft again, and its review shows the way back. */
async function restore(window: Page, { node }: Line): Promise<void> {
  const config = configScreen(window)
  await toConfig(window, node)
  await window.getByRole('button', { name: 'History', exact: true }).click()
  const entries = window.getByRole('navigation', { name: 'Configurations' })
  await expect(entries.getByText('applied').first()).toBeVisible()
  await expect(entries.getByText('stored for a reboot').first()).toBeVisible()
  await entries
    .getByRole('button', { name: /^before an apply/ })
    .last()
    .click()
  await expect(window.locator('.monaco-diff-editor')).toContainText('vm.swappiness')
  await window.getByRole('button', { name: 'Restore as draft' }).click()
  await config.review()
  await expect(config.changes.getByRole('row').filter({ hasText: 'vm.swappiness' })).toContainText('removed')
  await window.getByRole('button', { name: 'Editor' }).click()
}

/** Item 8: offered where this Talos has the document, else told that it has none; the node's dry run is the proof. */
async function migration(window: Page, { migrates }: Line): Promise<void> {
  const config = configScreen(window)
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Write or paste a patch' }).click()
  await window.getByRole('textbox', { name: 'Patch' }).fill(OLD_FIELD)
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await window.getByRole('button', { name: 'Insert…' }).click()
  await window.getByRole('button', { name: 'Move old fields into documents' }).click()
  await expect(window.getByText('There is no way back into v1alpha1')).toBeVisible()
  if (!migrates) {
    await expect(
      window.getByText('The draft has no old field for which this version has a document.'),
    ).toBeVisible()
    return
  }
  const registries = window.getByRole('checkbox', { name: 'Registries' })
  if (!(await registries.isChecked())) await registries.check()
  await window.getByRole('button', { name: 'Put into the draft' }).click()
  await config.review()
  await expect(config.changes).toContainText('RegistryMirrorConfig')
  // While something is staged the node is asked only when told to.
  await window.getByRole('button', { name: 'Ask the node' }).click()
  await agrees(window)
}

/** Item 9: what two nodes always differ in is folded away. */
async function compare(window: Page, { node, beside }: Line): Promise<void> {
  await toFleet(window)
  for (const name of [node, beside]) {
    await window.getByRole('checkbox', { name: `Select ${name}` }).click()
  }
  await window.getByRole('link', { name: 'Compare these two' }).click()
  await expect(window.getByText('expected difference').first()).toBeVisible()
  // Those who come back find their selection as they left it.
  await toFleet(window)
  await window.getByRole('button', { name: 'Clear the selection' }).click()
}

/** Our reading and the node's say the same. */
async function agrees(window: Page): Promise<void> {
  const table = window.getByRole('table', { name: 'The node’s own dry run' })
  await expect(table.getByRole('row').filter({ hasText: 'Lines' })).toContainText('same')
  await expect(table.getByText('differs')).toHaveCount(0)
}

async function toConfig(window: Page, node: string): Promise<void> {
  await fleetScreen(window).openNode(node)
  await configScreen(window).open()
}

async function toFleet(window: Page): Promise<void> {
  await window.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'casa' }).click()
}

async function importFile(window: Page, { paths }: RunningSimulator): Promise<void> {
  const chooser = window.waitForEvent('filechooser')
  await window.getByRole('button', { name: 'Choose a file…' }).click()
  await (await chooser).setFiles(paths.admin)
  await window.getByRole('button', { name: 'Import one context' }).click()
  await window.getByRole('radio', { name: 'Only in memory' }).click()
  await window.getByRole('button', { name: 'Keep them in memory' }).click()
}
