import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ApplyMode, Review } from '#contract/machine-configs.ts'
import type { ResetChoice } from '#contract/node-actions.ts'
import type { ContextName, NodeRef } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { Code, SimulatedStatus } from '../../main/simulator/machine-api.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { isReady, PASSPHRASE, refOf, startAppWith, untilEnded, untilNode } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { protosDir } from '../fakes/talos-node.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

/** Workers, one of each line; the control plane is there to come in through. */
const LINES = ['v1.9.6', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0'] as const
type Line = (typeof LINES)[number]
const ERASED: readonly Line[] = ['v1.12.11', 'v1.14.0']
const RECONFIGURE: ResetChoice = {
  scope: 'reconfigure',
  userDisks: [],
  etcdVolume: true,
  graceful: false,
  reboot: true,
}

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: [
      { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' },
      ...LINES.map((talos, at) => ({ hostname: nameOf(at), role: 'worker' as const, talos })),
    ],
    speed: 200,
    protosDir,
    resourcesDir,
  })
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), { passphrase: PASSPHRASE }))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

function nameOf(at: number): string {
  return `estante-${String(at + 1)}`
}
const hostOf = (line: Line): string => nameOf(LINES.indexOf(line))
const refTo = (line: Line): NodeRef => refOf(cluster, context, hostOf(line))
const read = (ref: NodeRef) => window.call('machine-configs.read', ref)
const SYSCTL = /^( *)sysctls:\n( *)/m
const withSysctl = (text: string, line: string): string =>
  text.replace(SYSCTL, (_all, outer: string, inner: string) => `${outer}sysctls:\n${inner}${line}\n${inner}`)

let drafts = 0
/** A reviewed draft that nothing but the node's state can be against. */
async function reviewed(ref: NodeRef): Promise<Review & { readonly draft: string }> {
  const { active } = await read(ref)
  const draft = withSysctl(active.text, `net.core.ichor${String(++drafts)}: "1"`)
  await window.call('machine-configs.save-draft', { ...ref, text: draft, baseHash: active.hash })
  return { ...(await window.call('machine-configs.review', { ...ref, text: draft })), draft }
}
const modeOf = (line: Line): ApplyMode => (line === 'v1.14.0' ? 'auto' : 'no-reboot')

async function send(ref: NodeRef, { reviewId, toAccept }: Review, mode: ApplyMode): Promise<Run> {
  const accepted = toAccept.map(({ id }) => id)
  const { runId } = await window.call('machine-configs.apply', { ...ref, reviewId, mode, accepted })
  return untilEnded(window, runId)
}

describe.each(LINES)('a node of Talos %s that takes nothing now', (line) => {
  test('is down, as in the middle of a reboot: the apply is not sent, and the draft is there when it is back', async () => {
    const ref = refTo(line)
    const review = await reviewed(ref)
    const before = (await read(ref)).active.text
    const apply = vi.spyOn(cluster.node(hostOf(line)), 'apply')
    onTestFinished(() => apply.mockRestore())
    cluster.node(hostOf(line)).powerOff()
    const run = await send(ref, review, modeOf(line))
    expect(run).toMatchObject({
      outcome: 'failed',
      error: { code: 'unreachable', remedy: 'check-network', retryable: true, node: ref.node },
    })
    expect(run.error?.message).toContain(ref.node)
    expect(apply).not.toHaveBeenCalled()
    await cluster.node(hostOf(line)).powerOn()
    const fleet = window.open('nodes.watch', { context })
    await untilNode(fleet, ref, isReady)
    fleet.close()
    const after = await read(ref)
    expect(after.active.text).toBe(before)
    expect(after.draft?.text).toBe(review.draft)
  })

  test('is locked by another apply, or in agent mode: told with its words, nothing changed', async () => {
    const ref = refTo(line)
    const before = (await read(ref)).active.text
    const refusals = [
      {
        status: new SimulatedStatus(
          Code.FAILED_PRECONDITION,
          'another apply configuration is already in progress',
        ),
        told: { outcome: 'refused', error: { code: 'conflict', remedy: 'wait', retryable: true } },
        words: 'another apply configuration is already in progress',
      },
      {
        status: new SimulatedStatus(
          Code.FAILED_PRECONDITION,
          'configuration was already applied and node is rebooting, please wait for the reboot to finish',
        ),
        told: { outcome: 'refused', error: { code: 'conflict', remedy: 'wait', retryable: true } },
        words: 'node is rebooting',
      },
      {
        status: new SimulatedStatus(Code.UNIMPLEMENTED, 'API is not implemented in agent mode'),
        told: { outcome: 'refused', error: { code: 'agent-mode', remedy: 'boot-talos' } },
        words: 'agent mode',
      },
    ]
    for (const { status, told, words } of refusals) {
      const review = await reviewed(ref)
      const apply = vi.spyOn(cluster.node(hostOf(line)), 'apply').mockRejectedValue(status)
      const dry = await window.refusal('machine-configs.dry-run', {
        ...ref,
        reviewId: review.reviewId,
        mode: modeOf(line),
      })
      expect(dry).toMatchObject(told.error)
      const run = await send(ref, review, modeOf(line))
      apply.mockRestore()
      expect(run).toMatchObject(told)
      expect(run.error?.message).toContain(words)
      expect(run.error?.at).toBeUndefined()
      const after = await read(ref)
      expect(after.active.text).toBe(before)
      expect(after.draft?.text).toBe(review.draft)
    }
  })
})

describe('two applies at once', () => {
  test.each(['v1.9.6', 'v1.13.9', 'v1.14.0'] as const)(
    'on Talos %s: the second is refused here before the node is asked',
    async (line) => {
      const ref = refTo(line)
      const review = await reviewed(ref)
      const accepted = review.toAccept.map(({ id }) => id)
      const input = { ...ref, reviewId: review.reviewId, mode: modeOf(line), accepted }
      const { runId } = await window.call('machine-configs.apply', input)
      const second = await window.refusal('machine-configs.apply', input)
      expect(second).toMatchObject({ code: 'run-active' })
      expect((await untilEnded(window, runId)).outcome).toBe('proven')
    },
  )

  test.each(['v1.12.11', 'v1.13.9'] as const)(
    'by someone else, on Talos %s: the node itself refuses the one that comes in between',
    async (line) => {
      const ref = refTo(line)
      const machine = cluster.node(hostOf(line))
      const review = await reviewed(ref)
      // Theirs begins in the moment in which ours arrives.
      const original = machine.apply.bind(machine)
      const apply = vi.spyOn(machine, 'apply').mockImplementationOnce(async (request) => {
        const [, ours] = await Promise.allSettled([original(request), original(request)])
        if (ours.status === 'rejected') throw ours.reason
        return ours.value
      })
      const run = await send(ref, review, modeOf(line))
      apply.mockRestore()
      expect(run).toMatchObject({ error: { code: 'conflict', remedy: 'wait' } })
      expect(run.error?.message).toContain('another apply configuration is already in progress')
    },
  )
})

describe.each(ERASED)('a node of Talos %s that went to maintenance mode since its review', (line) => {
  test('is told as one that waits for its configuration, and is sent nothing', async () => {
    const ref = refTo(line)
    const review = await reviewed(ref)
    const { planId } = await window.call('node-actions.plan-reset', { ...ref, choice: RECONFIGURE })
    const erased = await window.call('node-actions.start', { planId, hostname: hostOf(line) })
    expect((await untilEnded(window, erased.runId)).outcome).toBe('proven')
    expect(cluster.node(hostOf(line)).maintenance).toBeDefined()
    const apply = vi.spyOn(cluster.node(hostOf(line)), 'apply')
    const run = await send(ref, review, modeOf(line))
    expect(run).toMatchObject({
      outcome: 'failed',
      error: { code: 'maintenance-mode', remedy: 'configure-node', node: ref.node },
    })
    expect(apply).not.toHaveBeenCalled()
    apply.mockRestore()
    expect(await window.refusal('machine-configs.read', ref)).toMatchObject({ code: 'maintenance-mode' })
  })
})
