import { afterEach, describe, expect, test } from 'vitest'
import { createRollingScene, five, type RollingOptions, type RollingScene } from '../fakes/rolling-scene.ts'

let scene: RollingScene | undefined
const LONG = 120_000

afterEach(async () => {
  await scene?.[Symbol.asyncDispose]()
  scene = undefined
})

async function home(options: RollingOptions): Promise<RollingScene> {
  scene = await createRollingScene(options)
  return scene
}

const ALL = ['bronce-1', 'bronce-2', 'bronce-3', 'estante-1', 'estante-2']

describe('a rolling upgrade of five nodes', () => {
  test(
    'from 1.13.9 to 1.14.0 proves every one, one after the other, the leader last, and etcd keeps its quorum',
    async () => {
      const { witness, plan, start, ended, nodesOf, kube, signal, cluster } = await home({
        nodes: five('v1.13.9'),
        storage: ['longhorn'],
      })
      const planned = await plan(ALL, 'v1.14.0', { settleSeconds: 5 })
      expect(planned.preflight.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
      const run = await ended(await start(planned.planId))
      expect(run.verdict.filter(({ outcome }) => outcome !== 'proven')).toEqual([])
      expect(run.outcome).toBe('proven')
      expect(nodesOf(run)).toEqual(planned.nodes.map(({ hostname }) => `${hostname} proven`))
      // Control planes first, whoever led at the plan last among them; then the workers.
      expect(planned.nodes[2]?.leader).toBe(true)
      expect(planned.nodes.map(({ role }) => role)).toEqual([
      'controlplane', 'controlplane', 'controlplane', 'worker', 'worker',
    ]) // prettier-ignore
      // From here on it is the simulator that speaks.
      expect(witness.restarted()).toEqual(planned.nodes.map(({ hostname }) => hostname))
      expect(witness.controlPlanesDown()).toBe(1)
      expect(witness.etcd()).toEqual({ fewest: 2, members: 3 })
      expect([...cluster.machines.values()].map(({ talosVersion }) => talosVersion)).toEqual(
        ALL.map(() => 'v1.14.0'),
      )
      const nodes = await kube.nodes(signal)
      expect(
        nodes.map(({ unschedulable, annotations }) => [unschedulable, annotations['ichor/run']]),
      ).toEqual(ALL.map(() => [false, undefined]))
      // Every node told its boot, phase by phase, and the layers it pulled.
      expect(run.nodes?.every(({ layers }) => (layers?.length ?? 0) > 0)).toBe(true)
      expect(run.boots?.map(({ node }) => node)).toEqual(planned.nodes.map(({ node }) => node))
    },
    LONG,
  )
})
