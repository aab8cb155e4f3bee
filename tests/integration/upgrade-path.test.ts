import { afterEach, describe, expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import type { PlanOptions, UpgradePlan } from '#contract/upgrades.ts'
import { witness } from '../fakes/cluster-witness.ts'
import { createRollingScene, five, toAccept, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
/** Long pauses are not what is tested here. */
const QUICK: Partial<PlanOptions> = { settleSeconds: 0 }
/** What the simulator notes of a node by either way; from 1.13 on the app sequences, before it the node does. */
const WAYS = { legacy: ['upgrade', 'down', 'up'], lifecycle: ['install', 'reboot', 'down', 'up'] } as const

let scene: RollingScene
let lastRun: Run | undefined
afterEach(async () => {
  await scene[Symbol.asyncDispose]()
})

const story = (way: keyof typeof WAYS, hostnames: readonly string[]): readonly string[] =>
  hostnames.flatMap((hostname) => WAYS[way].map((what) => `${hostname} ${what}`))

const unproven = ({ verdict }: Run): readonly string[] =>
  verdict
    .filter(({ outcome }) => outcome !== 'proven')
    .map(({ node, fact, found, note }) => `${node ?? ''} ${fact}: ${found ?? note ?? '?'}`)

/** Plans, says yes to what wants one, and sees it through to its verdict: the nodes of the plan, one by one, and no other. */
async function upgrade(
  hostnames: readonly string[],
  version: string,
  way: keyof typeof WAYS,
): Promise<UpgradePlan> {
  using seen = witness(scene.cluster)
  const planned = await scene.plan(hostnames, version, QUICK)
  expect(planned.nodes.map(({ mechanism }) => mechanism)).toEqual(hostnames.map(() => way))
  const run = await scene.ended(await scene.start(planned.planId, toAccept(planned)))
  expect([version, run.outcome, unproven(run), run.error]).toEqual([version, 'proven', [], undefined])
  lastRun = run
  const order = planned.nodes.map(({ hostname }) => hostname)
  expect(scene.nodesOf(run)).toEqual(order.map((hostname) => `${hostname} proven`))
  expect([version, seen.story()]).toEqual([version, story(way, order)])
  return planned
}

async function upgradeKubernetes(version: string, hostnames: readonly string[]): Promise<void> {
  const run = await scene.upgradeKubernetes(version)
  expect([version, run.outcome, unproven(run), run.error]).toEqual([version, 'proven', [], undefined])
  const told = await scene.kube.nodes(scene.signal)
  expect(told.map(({ kubeletVersion }) => kubeletVersion)).toEqual(hostnames.map(() => version))
}

const START = ['boot-loader', 'boot-entry', 'kernel-arguments']

/** Before and after of what starts a node, by its host name. */
function startRows({ nodes }: UpgradePlan): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    nodes.map(({ hostname, rows }) => [
      hostname,
      START.map((fact) => rows.find((row) => row.fact === fact)).map(
        (row) => `${row?.before ?? '?'} → ${row?.after ?? '?'}`,
      ),
    ]),
  )
}

/** What was found of it after the last run, and where. */
function startVerdict(): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {}
  for (const row of lastRun?.verdict ?? []) {
    if (!START.includes(row.fact)) continue
    const hostname = [...scene.cluster.machines.values()].find(({ spec }) => spec.address === row.node)?.spec
      .hostname
    ;(found[hostname ?? row.node ?? ''] ??= []).push(`${row.found ?? '?'} (${row.note ?? ''})`)
  }
  return found
}

/** The checks that block a plan, each with its node and what was read. */
function blocks({ nodes }: UpgradePlan): readonly string[] {
  return nodes.flatMap(({ hostname, preflight }) =>
    preflight
      .filter(({ outcome }) => outcome === 'block')
      .map(({ id, evidence }) => `${hostname} ${id}: ${evidence}`),
  )
}

const versions = (): readonly string[] =>
  [...scene.cluster.machines.values()].map(({ talosVersion }) => talosVersion)

describe('the whole way', () => {
  test(
    'from 1.9 to 1.14: Talos minor by minor, Kubernetes minor by minor before 1.14, each step proven',
    async () => {
      const [plane, worker] = five('v1.9.6', { kubernetes: '1.31.14' }).filter(({ hostname }) =>
        /bronce-1|estante-1/.test(hostname),
      )
      if (plane === undefined || worker === undefined) throw new Error('the cupboard is empty')
      const both = [plane.hostname, worker.hostname]
      scene = await createRollingScene({
        nodes: [{ ...plane, bootLoader: 'grub' }, worker],
        patience: 40,
        speed: 300,
      })
      // Two minors at once is refused before anything is sent.
      const leap = await scene.plan(['estante-1'], 'v1.12.11')
      await expect(scene.start(leap.planId)).rejects.toMatchObject({ code: 'plan-blocked' })

      const first = await upgrade(both, 'v1.10.9', 'legacy')
      expect(startRows(first)).toEqual({
        [plane.hostname]: ['GRUB → GRUB', 'GRUB A → GRUB B', '– → –'],
        [worker.hostname]: ['systemd-boot → systemd-boot', 'Talos-v1.9.6.efi → Talos-v1.10.9.efi', '– → –'],
      })
      expect(startVerdict()).toEqual({
        // kexec started it, and only the version tells that it is out of the other slot.
        [plane.hostname]: ['– (KernelCmdline)', 'GRUB B (Version)'],
        [worker.hostname]: ['– (KernelCmdline)', 'Talos-v1.10.9.efi (BootedEntry, KernelCmdline)'],
      })
      const second = await upgrade(both, 'v1.11.6', 'legacy')
      expect(startRows(second)).toEqual({
        [plane.hostname]: ['GRUB → GRUB', 'GRUB → ?', '– → –'],
        [worker.hostname]: ['systemd-boot → systemd-boot', 'Talos-v1.10.9.efi → Talos-v1.11.6.efi', '– → –'],
      })
      await upgrade(both, 'v1.12.11', 'legacy')
      await upgrade(both, 'v1.13.9', 'legacy')

      const early = await scene.plan(both, 'v1.14.0')
      expect(blocks(early)).toEqual(both.map((name) => `${name} kubernetes-supported: v1.31.14; 1.33–1.37`))
      await expect(scene.start(early.planId)).rejects.toMatchObject({ code: 'plan-blocked' })

      using seen = witness(scene.cluster)
      await expect(scene.upgradeKubernetes('v1.33.6')).rejects.toMatchObject({ code: 'plan-blocked' })
      await upgradeKubernetes('v1.32.4', both)
      // kube-proxy moves with the manifests, and the next minor waits for it.
      await expect(scene.upgradeKubernetes('v1.33.6')).rejects.toMatchObject({
        message: 'version-path: v1.31.14 (kube-proxy) → v1.33.6',
      })
      const manifests = await scene.applyManifests()
      expect([manifests.outcome, unproven(manifests)]).toEqual(['proven', []])
      await upgradeKubernetes('v1.33.6', both)
      // No machine was installed, restarted or switched off for it.
      expect(seen.story()).toEqual([])

      const last = await upgrade(both, 'v1.14.0', 'lifecycle')
      expect(versions()).toEqual(['v1.14.0', 'v1.14.0'])
      // The only worker has nowhere to send its pods: nothing is drained, and the plan says why.
      const alone = last.nodes.find(({ hostname }) => hostname === worker.hostname)
      expect(alone?.steps).not.toContain('drain')
      expect(alone?.preflight.find(({ id }) => id === 'pods-can-move')).toMatchObject({
        outcome: 'warn',
        because: 'pods-nowhere-to-go',
      })
    },
    LONG,
  )

  test(
    'from mixed versions: the plan names who goes first and where to, and only those are touched',
    async () => {
      const nodes = five('v1.13.9', { kubernetes: '1.35.4' }).filter(
        ({ hostname }) => hostname !== 'estante-2',
      )
      const all = nodes.map(({ hostname }) => hostname)
      scene = await createRollingScene({ nodes, speed: 300 })
      const behind = scene.cluster.cause('mixed-versions')
      expect(behind).toEqual(['bronce-2', 'estante-1'])
      await expect
        .poll(
          async () => (await scene.kube.nodes(scene.signal)).map(({ ready, osImage }) => [ready, osImage]),
          { timeout: 30_000 },
        )
        .toEqual(['v1.13.9', 'v1.12.11', 'v1.13.9', 'v1.12.11'].map((talos) => [true, `Talos (${talos})`]))

      const early = await scene.plan(all, 'v1.14.0')
      expect(blocks(early)).toEqual(
        behind.map((name) => `${name} version-path: v1.12.11 → v1.13.9 → v1.14.0`),
      )
      await expect(scene.start(early.planId)).rejects.toMatchObject({ code: 'plan-blocked' })

      using seen = witness(scene.cluster)
      await upgrade(behind, 'v1.13.9', 'legacy')
      expect(seen.touched()).toEqual(behind)
      expect(versions()).toEqual(all.map(() => 'v1.13.9'))
      await upgrade(all, 'v1.14.0', 'lifecycle')
      expect(versions()).toEqual(all.map(() => 'v1.14.0'))
      expect([seen.quorumLost(), seen.controlPlanesDown()]).toEqual([[], 1])
    },
    LONG,
  )
})
