import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContextName, NodeRef } from '#contract/names.ts'
import type { NodeActionPlan, ResetChoice } from '#contract/node-actions.ts'
import type { Run } from '#contract/runs.ts'
import { known } from '../../main/domain/upgrades/known.ts'
import { readBoot } from '../../main/domain/upgrades/read-boot.ts'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { refOf, rowsOf, startAppWith, untilEnded } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

/** Reboot, shutdown and reset over the real wire, on every line from 1.9 to 1.14 and both boot loaders. */
const LINES = ['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0'] as const
const NODES: readonly NodePlan[] = [
  { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.14.0' },
  { hostname: 'bronce-2', role: 'controlplane', talos: 'v1.13.9' },
  { hostname: 'bronce-3', role: 'controlplane', talos: 'v1.9.6', bootLoader: 'grub' },
  ...LINES.map((talos, at): NodePlan => ({
    hostname: `estante-${at + 9}`,
    role: 'worker',
    talos,
    bootLoader: at % 2 === 0 ? 'grub' : 'systemd-boot',
  })),
]
/** They tell in no resource what started them. */
const OLD = (['v1.9.6', 'v1.10.9'] as const).flatMap((talos, at) =>
  (['grub', 'systemd-boot'] as const).map((bootLoader, kind) => ({
    hostname: `vieja-${2 * at + kind + 1}`,
    role: 'worker' as const,
    talos,
    bootLoader,
    kernelArguments: ['quiet', 'siderolink.api=https://omni.casa.lan:8090/?jointoken=w7uVuW3zbVKIYQuz'],
  })),
)
const ARGUMENTS = 'quiet siderolink.api=https://omni.casa.lan:8090/?jointoken=«secret»'
const RECONFIGURE: ResetChoice = {
  scope: 'reconfigure',
  userDisks: [],
  etcdVolume: true,
  graceful: true,
  reboot: true,
}

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
beforeAll(async () => {
  // Faster, a forced shutdown is over before its events are asked for, on a machine with other work.
  cluster = await startSimulatedCluster({ nodes: [...NODES, ...OLD], speed: 30, protosDir, resourcesDir })
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), { clock: createHurriedClock(20) }))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const ref = (hostname: string): NodeRef => refOf(cluster, context, hostname)
const members = (): readonly string[] => cluster.state.etcd.members().map(({ hostname }) => hostname)

async function carryOut(
  plan: NodeActionPlan,
  typed: { hostname?: string; words?: string } = {},
): Promise<Run> {
  expect(plan.preflight.filter(({ outcome }) => outcome === 'block')).toEqual([])
  const { runId } = await window.call('node-actions.start', { planId: plan.planId, ...typed })
  return untilEnded(window, runId)
}

const unproven = (run: Run): readonly string[] => rowsOf(run).filter((row) => !row.endsWith(' proven'))

async function reset(hostname: string, choice: Partial<ResetChoice> = {}): Promise<Run> {
  const plan = await window.call('node-actions.plan-reset', {
    ...ref(hostname),
    choice: { ...RECONFIGURE, ...choice },
  })
  return carryOut(plan, { hostname })
}

describe.each(OLD)('a worker with Talos $talos and $bootLoader', ({ hostname, talos, bootLoader }) => {
  const entry = bootLoader === 'grub' ? 'A' : `Talos-${talos}.efi`

  test('tells by its files what started it, the secrets of its arguments apart', async () => {
    const { loader, slots } = await window.call('node-actions.slots', ref(hostname))
    const [running, other] = slots
    expect(loader).toBe(bootLoader)
    expect(running).toMatchObject({ running: true, next: true, label: entry, kernelArguments: ARGUMENTS })
    expect(running?.sources).toContain(bootLoader === 'grub' ? '/proc/cmdline' : 'LoaderEntries')
    expect(other?.label).toBe(bootLoader === 'grub' ? 'B' : undefined)

    const detail = window.open('nodes.watch-detail', ref(hostname))
    const told = await detail.until((items) => items.find((item) => item.kernelCmdline !== undefined))
    detail.close()
    expect([told.bootLoader, told.slots.map(({ label }) => label)]).toEqual([bootLoader, [entry]])
    const cmdline = told.kernelCmdline ?? ''
    expect(
      cmdline.startsWith(bootLoader === 'grub' ? 'BOOT_IMAGE=/A/vmlinuz talos.platform' : 'talos.'),
    ).toBe(true)
    expect(cmdline.endsWith(ARGUMENTS)).toBe(true)
  })

  test('tells a reader none of it, and why', async () => {
    const context = contextOf(cluster.talosconfig('os:reader'))
    const port = createTalosPort({ context, protosDir })
    const { signal } = new AbortController()
    const { node } = ref(hostname)
    const version = port.version(node, signal).then(known)
    const { kernelCmdline, security, bootedEntry } = await readBoot(port, node, version, signal)
    port.close()
    expect(kernelCmdline).toMatchObject({ known: false, failure: { code: 'role-too-low' } })
    // 1.10 says of itself whether it runs a UKI.
    const uki = talos === 'v1.9.6' ? undefined : bootLoader === 'systemd-boot'
    expect(security).toEqual(known({ secureBoot: false, uki }))
    if (uki === false) expect(bootedEntry).toEqual(known(undefined))
    else expect(bootedEntry).toMatchObject({ known: false, failure: { code: 'role-too-low' } })
  })
})

describe.each(LINES.map((talos, at) => ({ talos, hostname: `estante-${at + 9}` })))(
  'a worker with Talos $talos',
  ({ talos, hostname }) => {
    test('tells its slots, is rebooted with its boot timed, and is erased to maintenance', async () => {
      const { loader, slots } = await window.call('node-actions.slots', ref(hostname))
      expect(loader).toBe(cluster.node(hostname).spec.bootLoader)
      expect(slots[0]).toMatchObject({ running: true, talos, next: true })
      expect(slots[0]?.sources.includes('LoaderEntryDefault')).toBe(loader === 'systemd-boot')

      const plan = await window.call('node-actions.plan-reboot', { ...ref(hostname), mode: 'powercycle' })
      const pods = plan.preflight.find(({ id }) => id === 'pods-stop')
      expect([pods?.outcome !== 'unknown', pods?.evidence]).toEqual([
        true,
        expect.stringMatching(/^\d+ pods/),
      ])
      const reboot = await carryOut(plan)
      expect([unproven(reboot), reboot.outcome]).toEqual([[], 'proven'])
      const [timing] = reboot.boots ?? []
      expect(timing?.way).toBe('firmware')
      expect(timing).toMatchObject({ talos, runId: reboot.id })
      for (const part of ['shutdown', 'kernel', 'initialize', 'boot', 'ready', 'total'] as const) {
        expect([part, (timing?.[part] ?? -1) >= 0]).toEqual([part, true])
      }
      const { measured, current } = await window.call('node-actions.boots', ref(hostname))
      expect([measured.length, current?.talos]).toEqual([1, talos])

      const erased = await reset(hostname)
      expect([unproven(erased), erased.outcome]).toEqual([[], 'proven'])
      expect(cluster.node(hostname).maintenance).toBeDefined()
    })
  },
)

describe('a control plane', () => {
  test('that leads hands over before it is rebooted, on the wire', async () => {
    const leader = cluster.state.etcd.statusOf('bronce-1').leader
    const name = cluster.state.etcd.members().find(({ id }) => id === leader)?.hostname ?? ''
    const plan = await window.call('node-actions.plan-reboot', { ...ref(name), mode: 'default' })
    expect(plan.steps).toContain('forfeit')
    const run = await carryOut(plan)
    expect([unproven(run), run.outcome]).toEqual([[], 'proven'])
    expect(run.steps.find(({ name: step }) => step === 'forfeit')?.state).toBe('done')
  })

  test('wiped without leaving stays a member until it is removed from another one', async () => {
    const run = await reset('bronce-3', { graceful: false, scope: 'system-disk', reboot: false })
    expect(run.outcome).toBe('proven-with-differences')
    expect(members()).toContain('bronce-3')
    expect(run.steps.find(({ name }) => name === 'snapshot')?.state).toBe('done')
    const [step] = (await window.call('runs.next', { runId: run.id })).next
    if (step?.kind !== 'remove-member') throw new Error('no removal is offered')
    const removal = await carryOut(
      await window.call('node-actions.plan-remove-member', {
        context,
        node: refOf(cluster, context, step.hostname).node,
        memberId: step.memberId,
      }),
    )
    expect([unproven(removal), removal.outcome]).toEqual([[], 'proven'])
    expect(members()).toEqual(['bronce-1', 'bronce-2'])
  })

  test('of two leaves gracefully, and the last one cannot go without the words', async () => {
    const run = await reset('bronce-2')
    expect([unproven(run), run.outcome]).toEqual([[], 'proven'])
    expect(members()).toEqual(['bronce-1'])
    const plan = await window.call('node-actions.plan-reset', { ...ref('bronce-1'), choice: RECONFIGURE })
    expect(plan.words).toEqual({ en: `lose ${context}`, es: `perder ${context}` })
    const refused = await window.refusal('node-actions.start', { planId: plan.planId, hostname: 'bronce-1' })
    expect(refused.code).toBe('plan-blocked')
    expect(cluster.node('bronce-1').isUp).toBe(true)
  })

  test('that is alone is shut down knowingly: off and proven, and etcd goes with it', async () => {
    const plan = await window.call('node-actions.plan-shutdown', { ...ref('bronce-1'), force: true })
    expect(plan.rows.find(({ fact }) => fact === 'kubernetes-api')?.note).toBe('lost')
    const run = await carryOut(plan)
    expect([unproven(run), run.outcome]).toEqual([[], 'proven'])
    expect(cluster.node('bronce-1').isUp).toBe(false)
  })
})
