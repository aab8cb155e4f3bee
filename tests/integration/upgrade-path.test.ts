import { afterEach, expect, test } from 'vitest'
import { createRollingScene, five, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
let scene: RollingScene
afterEach(async () => {
  await scene[Symbol.asyncDispose]()
})

test(
  'a worker of 1.9 goes minor by minor to 1.13, each step proven, and to 1.14 only after Kubernetes has',
  async () => {
    const nodes = five('v1.9.6').filter(({ hostname }) => /bronce-1|estante-1/.test(hostname))
    scene = await createRollingScene({ nodes, patience: 100 })
    // Two minors at once is refused before anything is sent.
    const leap = await scene.plan(['estante-1'], 'v1.12.11')
    await expect(scene.start(leap.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    const ways: string[] = []
    for (const version of ['v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9']) {
      const planned = await scene.plan(['estante-1'], version, { drain: false })
      ways.push(`${version} ${planned.nodes[0]?.mechanism ?? ''}`)
      const accepted = [...planned.preflight, ...(planned.nodes[0]?.preflight ?? [])]
        .filter(({ accept }) => accept === true)
        .map(({ id }) => id)
      const run = await scene.ended(await scene.start(planned.planId, accepted))
      expect([version, ...scene.nodesOf(run)]).toEqual([version, 'estante-1 proven'])
    }
    // The node itself sequences up to 1.12; from 1.13 on the app does.
    expect(ways).toEqual(['v1.10.9 legacy', 'v1.11.6 legacy', 'v1.12.11 legacy', 'v1.13.9 legacy'])
    const last = await scene.plan(['estante-1'], 'v1.14.0')
    expect(last.nodes[0]?.preflight.find(({ id }) => id === 'kubernetes-supported')?.outcome).toBe('block')
    await expect(scene.start(last.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(new Set(scene.witness.touched())).toEqual(new Set(['estante-1']))
    expect(scene.cluster.node('bronce-1').talosVersion).toBe('v1.9.6')
  },
  LONG,
)
