import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { witness } from '../fakes/cluster-witness.ts'
import { createRollingScene, five, toAccept, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
const ALL = ['bronce-1', 'bronce-2', 'bronce-3', 'estante-1', 'estante-2']

let scene: RollingScene

describe('a rolling upgrade of five nodes', () => {
  beforeAll(async () => {
    scene = await createRollingScene({ nodes: five('v1.11.6'), storage: ['longhorn'] })
  })
  afterAll(async () => {
    await scene[Symbol.asyncDispose]()
  })

  test.each([
    { from: 'v1.11.6', to: 'v1.12.11', way: 'legacy', asked: 'upgrade' },
    { from: 'v1.12.11', to: 'v1.13.9', way: 'legacy', asked: 'upgrade' },
    { from: 'v1.13.9', to: 'v1.14.0', way: 'lifecycle', asked: 'reboot' },
  ])(
    'from $from to $to proves every one, one after the other, the leader last, and etcd keeps its quorum',
    async ({ to, way, asked }) => {
      const { plan, start, ended, nodesOf, kube, signal, cluster } = scene
      using seen = witness(cluster)
      const planned = await plan(ALL, to, { settleSeconds: 5 })
      expect(planned.preflight.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
      expect(new Set(planned.nodes.map(({ mechanism }) => mechanism))).toEqual(new Set([way]))
      const order = planned.nodes.map(({ hostname }) => hostname)
      const run = await ended(await start(planned.planId, toAccept(planned)))
      expect([run.error, run.verdict.filter(({ outcome }) => outcome !== 'proven')]).toEqual([undefined, []])
      expect(run.outcome).toBe('proven')
      expect(nodesOf(run)).toEqual(order.map((hostname) => `${hostname} proven`))
      // Control planes first, whoever led at the plan last among them; then the workers.
      expect(planned.nodes[2]?.leader).toBe(true)
      expect(planned.nodes.map(({ role }) => role)).toEqual([
      'controlplane', 'controlplane', 'controlplane', 'worker', 'worker',
    ]) // prettier-ignore
      // From here on it is the simulator that speaks.
      expect(seen.restarted()).toEqual(order)
      expect(seen.seen.filter(({ what }) => what === asked).map(({ node }) => node)).toEqual(order)
      expect(seen.controlPlanesDown()).toBe(1)
      expect(seen.etcd()).toEqual({ fewest: 2, members: 3 })
      expect(seen.quorumLost()).toEqual([])
      expect([...cluster.machines.values()].map(({ talosVersion }) => talosVersion)).toEqual(
        ALL.map(() => to),
      )
      const nodes = await kube.nodes(signal)
      expect(
        nodes.map(({ unschedulable, annotations }) => [unschedulable, annotations['ichor/run']]),
      ).toEqual(ALL.map(() => [false, undefined]))
      // Every node told its boot, phase by phase, and by the newer way the layers it pulled.
      if (way === 'lifecycle') {
        expect(run.nodes?.every(({ layers }) => (layers?.length ?? 0) > 0)).toBe(true)
      }
      expect(run.boots?.map(({ node }) => node)).toEqual(planned.nodes.map(({ node }) => node))
    },
    LONG,
  )
})
