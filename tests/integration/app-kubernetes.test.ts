import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { KubernetesPlan } from '#contract/kubernetes.ts'
import type { ContextName } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { rowsOf, startAppWith, untilEnded } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { protosDir } from '../fakes/talos-node.ts'

const kubernetes = '1.35.4'
/** Old and new contract beside each other, and a registry of its own on one of them. */
const NODES: readonly NodePlan[] = [
  { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9', kubernetes },
  { hostname: 'bronce-2', role: 'controlplane', talos: 'v1.13.9', kubernetes },
  { hostname: 'bronce-3', role: 'controlplane', talos: 'v1.14.0', contract: '1.14', kubernetes },
  { hostname: 'estante-1', role: 'worker', talos: 'v1.13.9', kubernetes },
]

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
beforeAll(async () => {
  cluster = await startSimulatedCluster({ nodes: NODES, speed: 200, protosDir, resourcesDir })
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), { clock: createHurriedClock(20) }))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const plan = (version: string): Promise<KubernetesPlan> =>
  window.call('kubernetes.plan', { context, version })
const blocks = ({ preflight }: KubernetesPlan): readonly string[] =>
  preflight.filter(({ outcome }) => outcome === 'block').map(({ id, evidence }) => `${id}: ${evidence}`)

async function carryOut(planId: string): Promise<Run> {
  const { runId } = await window.call('kubernetes.start', { planId })
  return untilEnded(window, runId)
}

/** Config of a node as it has it now. */
function configOf(hostname: string): string {
  const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
  const { yamlSpec = '' } = cluster.node(hostname).resources.get(key) ?? {}
  // As the nodes write it from 1.12 on: the text inside a YAML text.
  return String(parse(yamlSpec))
}

describe('Kubernetes of a cluster', () => {
  test('is what its oldest component runs; a minor that is skipped, or that a Talos cannot run, is refused with its reason', async () => {
    const { current, targets } = await window.call('kubernetes.targets', { context })
    expect(current).toBe('v1.35.4')
    const reasons = Object.fromEntries(targets.map(({ version, reason }) => [version, reason]))
    expect(reasons['v1.36.3']).toBe('next-minor')
    expect(reasons['v1.37.0']).toBe('skips-a-minor')
    expect(reasons).not.toHaveProperty('v1.34.1')
    expect(blocks(await plan('v1.34.1'))).toEqual(['version-path: v1.35.4 → v1.34.1'])
    expect(blocks(await plan('v1.37.0'))).toEqual(['version-path: v1.35.4 → v1.37.0'])
    expect(blocks(await plan('v1.36.3'))).toEqual([])
  })

  test('goes to the next minor, node by node, and only the images in the configs move', async () => {
    const before = new Map(NODES.map(({ hostname }) => [hostname, configOf(hostname)]))
    const planned = await plan('v1.36.3')
    expect(
      planned.images
        .filter(({ note }) => note === 'changes')
        .map((row) => `${row.hostname} ${row.component}`),
    ).toMatchInlineSnapshot(`
      [
        "bronce-1 kube-apiserver",
        "bronce-2 kube-apiserver",
        "bronce-3 kube-apiserver",
        "bronce-1 kube-controller-manager",
        "bronce-2 kube-controller-manager",
        "bronce-3 kube-controller-manager",
        "bronce-1 kube-scheduler",
        "bronce-2 kube-scheduler",
        "bronce-3 kube-scheduler",
        "bronce-1 kube-proxy",
        "bronce-2 kube-proxy",
        "bronce-3 kube-proxy",
        "bronce-1 kubelet",
        "bronce-2 kubelet",
        "bronce-3 kubelet",
        "estante-1 kubelet",
      ]
    `)
    const run = await carryOut(planned.planId)
    expect([rowsOf(run).filter((row) => !row.endsWith(' proven')), run.outcome, run.error]).toEqual([
      [],
      'proven',
      undefined,
    ])
    for (const [hostname, text] of before) {
      const moved = configOf(hostname)
      expect(moved).not.toBe(text)
      // Every letter but the tags is as it was: comments, order, documents.
      expect(moved.replaceAll('v1.36.3', 'v1.35.4'), hostname).toBe(text)
    }
  })

  test('that is there already changes nothing: a plan after a run that was cut off goes on where it stood', async () => {
    const planned = await plan('v1.36.3')
    expect(new Set(planned.images.map(({ note }) => note))).toEqual(new Set(['there-already']))
    const before = NODES.map(({ hostname }) => configOf(hostname))
    const run = await carryOut(planned.planId)
    expect(run.outcome).toBe('proven')
    expect(NODES.map(({ hostname }) => configOf(hostname))).toEqual(before)
  })

  test('gets its manifests only after they were shown, object by object', async () => {
    // kube-proxy waits for them; talosctl must not take the rest back to where that stands.
    const told = await window.call('kubernetes.targets', { context })
    expect(told).toMatchObject({ current: 'v1.35.4', proxyBehind: 'v1.36.3' })
    const reasons = told.targets.map(({ version, reason }) => `${version} ${reason}`)
    expect(reasons).toContain('v1.36.3 same-version')
    expect(reasons.join()).not.toContain('v1.35.4')
    const planned = await window.call('kubernetes.plan-manifests', { context })
    expect(planned.talosctl).toMatch(/ upgrade-k8s --to 1\.36\.3$/)
    const moving = planned.objects.filter(({ change }) => change === 'changed' || change === 'created')
    expect(moving.map(({ object }) => object)).toContain('DaemonSet kube-system/kube-proxy')
    expect(moving.find(({ object }) => object === 'DaemonSet kube-system/kube-proxy')?.diff).toContain(
      'v1.36.3',
    )
    const run = await carryOut(planned.planId)
    expect([rowsOf(run).filter((row) => !row.endsWith(' proven')), run.outcome, run.error?.message]).toEqual([
      [],
      'proven',
      undefined,
    ])
    const again = await window.call('kubernetes.plan-manifests', { context })
    expect(new Set(again.objects.map(({ change }) => change))).toEqual(new Set(['unchanged']))
  })
})
