import { rm } from 'node:fs/promises'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import type { ContextName, NodeRef, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { createClock } from '../../main/simulator/machine/clock.ts'
import { type AppUnderTest, copyOfDisk, resourcesDir, startApp } from '../fakes/app-host.ts'
import { PASSPHRASE, refOf, rowsOf, startAppWith, untilEnded, untilRun } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { protosDir } from '../fakes/talos-node.ts'

/** A minute of a try is three seconds here, for the app and for the node's own timer. */
const PATIENCE = 20

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
let worker: NodeRef
beforeAll(async () => {
  const clock = { ...createClock(200), wait: createClock(PATIENCE).sleep }
  cluster = await startSimulatedCluster({
    nodes: { controlPlanes: 1, workers: 1, talos: ['v1.14.0', 'v1.13.9'] },
    clock,
    protosDir,
    resourcesDir,
  })
})
beforeEach(async () => {
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), {
    clock: createHurriedClock(PATIENCE),
    passphrase: PASSPHRASE,
  }))
  worker = refOf(cluster, context, 'estante-1')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app[Symbol.asyncDispose]()
})
afterAll(() => cluster[Symbol.asyncDispose]())

const activeText = async (ref: NodeRef): Promise<string> =>
  (await window.call('machine-configs.read', ref)).active.text

const mtuOf = (text: string): string | undefined => /\nmtu: (\d+)/.exec(text)?.[1]
const withMtu = (text: string, mtu: number): string =>
  text.replace(/\nmtu: \d+/, '').replace('kind: LinkConfig\n', `kind: LinkConfig\nmtu: ${mtu}\n`)

/** Begins a try of a change to the network and waits for its first probe over a fresh connection. */
async function tryOut(ref: NodeRef, mtu: number): Promise<RunId> {
  const text = withMtu(await activeText(ref), mtu)
  const review = await window.call('machine-configs.review', { ...ref, text })
  expect(review.preselected).toBe('try')
  const { runId } = await window.call('machine-configs.apply', {
    ...ref,
    reviewId: review.reviewId,
    mode: 'try',
    trySeconds: 60,
    accepted: review.toAccept.map(({ id }) => id),
  })
  await untilRun(window, runId, ({ trial }) => trial?.probes.some(({ ok }) => ok) === true)
  return runId
}

const decidedOf = ({ trial }: Run): string | undefined => trial?.decided

describe('a confirmed try', () => {
  test.each(['estante-1', 'bronce-1'])('that is kept stays, on the disk too: %s', async (hostname) => {
    const ref = refOf(cluster, context, hostname)
    const runId = await tryOut(ref, 1400)
    const { persistent, active } = await window.call('machine-configs.read', ref)
    expect([mtuOf(active.text), mtuOf(persistent?.text ?? '')]).toEqual(['1400', undefined])
    await window.call('machine-configs.keep', { runId })
    const run = await untilEnded(window, runId)
    expect(rowsOf(run)).toEqual(['config-active proven', 'config-persistent proven', 'stage proven'])
    expect([run.outcome, decidedOf(run)]).toEqual(['proven', 'kept'])
    expect(mtuOf(await activeText(ref))).toBe('1400')
  })

  test('that nobody decides goes back by itself, and nothing is sent to make it so', async () => {
    const apply = vi.spyOn(cluster.node('estante-1'), 'apply')
    const before = mtuOf(await activeText(worker))
    const run = await untilEnded(window, await tryOut(worker, 9000))
    expect([run.outcome, decidedOf(run)]).toEqual(['reverted', 'reverted'])
    expect(rowsOf(run)).toEqual(['config-active proven', 'config-persistent proven', 'stage proven'])
    expect(mtuOf(await activeText(worker))).toBe(before)
    expect(apply.mock.calls.map(([{ mode }]) => mode)).toEqual(['TRY'])
  })

  test('that the person takes back is back at once', async () => {
    const before = await activeText(worker)
    const runId = await tryOut(worker, 9000)
    await window.call('machine-configs.revert', { runId })
    const run = await untilEnded(window, runId)
    expect([run.outcome, decidedOf(run)]).toEqual(['reverted', 'reverted'])
    expect(await activeText(worker)).toBe(before)
    expect(Date.parse(run.endedAt ?? '')).toBeLessThan(Date.parse(run.trial?.revertsAt ?? ''))
  })

  test('lets nothing else be sent to its node, for even a dry run would stop its timer', async () => {
    const runId = await tryOut(worker, 9000)
    const text = withMtu(await activeText(worker), 1300)
    const review = await window.call('machine-configs.review', { ...worker, text })
    expect(review.modes.every(({ reason }) => reason === 'try-pending')).toBe(true)
    const { reviewId } = review
    const dryRun = await window.refusal('machine-configs.dry-run', { ...worker, reviewId, mode: 'no-reboot' })
    expect(dryRun.code).toBe('config-try-pending')
    await window.call('machine-configs.revert', { runId })
    await untilEnded(window, runId)
  })

  test('of an app that was killed is left to the node: shown, not settled before its timer, then reverted', async () => {
    const machine = cluster.node('estante-1')
    const before = mtuOf(await activeText(worker))
    const runId = await tryOut(worker, 9000)
    const dataDir = await copyOfDisk(app)
    onTestFinished(() => rm(dataDir, { recursive: true }))
    await app[Symbol.asyncDispose]()
    const apply = vi.spyOn(machine, 'apply')

    app = await startApp({ dataDir, keystore: 'chosen', clock: createHurriedClock(PATIENCE) })
    window = app.window()
    await window.call('app.unlock', { passphrase: PASSPHRASE })
    const cut = await untilRun(window, runId, () => true)
    expect(cut.outcome).toBe('interrupted')
    expect((await window.call('machine-configs.read', worker)).tryPendingUntil).toBe(cut.trial?.revertsAt)
    const early = await window.refusal('runs.settle', { runId, how: 'observe' })
    expect(early.code).toBe('config-try-pending')

    await expect.poll(async () => mtuOf(await activeText(worker)), { timeout: 10_000 }).toBe(before)
    await window.call('runs.settle', { runId, how: 'observe' })
    expect((await untilEnded(window, runId)).outcome).toBe('reverted')
    expect(apply).not.toHaveBeenCalled()
  })
})
