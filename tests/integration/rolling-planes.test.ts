import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Code, SimulatedStatus } from '../../main/simulator/machine-api.ts'
import { witness } from '../fakes/cluster-witness.ts'
import { createRollingScene, five, toAccept, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
const PLANES = ['bronce-1', 'bronce-2', 'bronce-3']
const HOUR = 3600
/** Linux' words for a restart through the firmware and by kexec, as RestartEvent carries them. */
const RESTARTS: Readonly<Record<number, string>> = { 0x01234567: 'firmware', 0x45584543: 'kexec' }

let scene: RollingScene

describe('control planes of three', () => {
  beforeAll(async () => {
    scene = await createRollingScene({ nodes: five('v1.13.9') })
  })
  afterAll(async () => {
    await scene[Symbol.asyncDispose]()
  })

  test(
    'whose etcd member goes down after the first of them was upgraded: the next is refused, and none restarts any more',
    async () => {
      using seen = witness(scene.cluster)
      const planned = await scene.plan(PLANES, 'v1.14.0', { settleSeconds: HOUR })
      const [first = '', second = '', last = ''] = planned.nodes.map(({ hostname }) => hostname)
      const id = await scene.start(planned.planId)
      await scene.until(id, ({ steps }) =>
        steps.some(({ name, state }) => name === 'settle' && state === 'running'),
      )
      scene.cluster.node(second).cause('etcd-member-down')
      const run = await scene.skipUntil(id, HOUR * 1000, ({ endedAt }) => endedAt !== undefined)
      scene.cluster.node(second).settle('etcd-member-down')
      expect(scene.nodesOf(run)).toEqual([`${first} proven`, `${second} refused`, `${last} not-touched`])
      expect(run).toMatchObject({
        outcome: 'refused',
        error: { code: 'plan-blocked', node: scene.addressOf(second) },
      })
      expect(seen.story()).toEqual(['install', 'reboot', 'down', 'up'].map((what) => `${first} ${what}`))
      expect([seen.quorumLost(), seen.etcd().fewest]).toEqual([[], 2])
      expect(PLANES.map((name) => scene.cluster.node(name).talosVersion).sort()).toEqual([
        'v1.13.9',
        'v1.13.9',
        'v1.14.0',
      ])
    },
    LONG,
  )

  test(
    'whose leader cannot hand over is upgraded all the same and keeps quorum; only the first node boots cold',
    async () => {
      const { etcd } = scene.cluster.state
      await expect.poll(() => PLANES.every((name) => etcd.healthy(name)), { timeout: 30_000 }).toBe(true)
      const forfeit = vi.spyOn(etcd, 'forfeit').mockImplementation(() => {
        throw new SimulatedStatus(Code.UNKNOWN, 'cannot forfeit leadership: etcdserver: not leader')
      })
      onTestFinished(() => forfeit.mockRestore())
      const leader = etcd.members().find(({ id }) => id === etcd.statusOf('bronce-1').leader)?.hostname ?? ''
      const both = [leader, 'estante-1']
      const restarts: string[] = []
      for (const hostname of both) {
        const off = scene.cluster.node(hostname).onEvent(({ type, payload }) => {
          if (type === 'RestartEvent') restarts.push(`${hostname} ${RESTARTS[Number(payload['cmd'])] ?? '?'}`)
        })
        onTestFinished(() => off())
      }
      using seen = witness(scene.cluster)
      const planned = await scene.plan(both, 'v1.14.0', { settleSeconds: 0, coldBoot: true })
      expect(planned.nodes.map(({ hostname, leader: leads }) => [hostname, leads])).toEqual([
        [leader, true],
        ['estante-1', false],
      ])
      const run = await scene.ended(await scene.start(planned.planId, toAccept(planned)))
      expect(run.verdict.filter(({ outcome }) => outcome !== 'proven')).toEqual([])
      expect(scene.nodesOf(run)).toEqual(both.map((hostname) => `${hostname} proven`))
      const handOver = run.steps.find(({ name }) => name === 'hand-over')
      expect(handOver).toMatchObject({ state: 'unknown' })
      expect(handOver?.detail).toContain('cannot forfeit leadership')
      expect(forfeit).toHaveBeenCalledTimes(1)
      expect(restarts).toEqual([`${leader} firmware`, 'estante-1 kexec'])
      expect(seen.touched()).toEqual(both)
      expect([seen.quorumLost(), seen.etcd().fewest, seen.controlPlanesDown()]).toEqual([[], 2, 1])
    },
    LONG,
  )

  test(
    'of which one has an etcd that is down: the start is refused, and no machine hears of it',
    async () => {
      using seen = witness(scene.cluster)
      scene.cluster.node('bronce-2').cause('etcd-member-down')
      const { planId } = await scene.plan(PLANES, 'v1.14.1')
      await expect(scene.start(planId)).rejects.toMatchObject({ code: 'plan-blocked' })
      expect(seen.story()).toEqual([])
      // Whose witness tells when quorum goes: with another one gone it is.
      expect(seen.quorumLost()).toEqual([])
      scene.cluster.node('bronce-3').powerOff()
      expect(seen.quorumLost()[0]).toMatch(/of 3, no leader/)
    },
    LONG,
  )
})

test(
  'two control planes are refused, as neither can go without the other',
  async () => {
    await using two = await createRollingScene({ nodes: five('v1.13.9') })
    expect(two.cluster.cause('two-control-planes')).toEqual(['bronce-3'])
    using seen = witness(two.cluster)
    const planned = await two.plan(['bronce-1', 'bronce-2'], 'v1.14.0')
    for (const { preflight } of planned.nodes) {
      expect(preflight.find(({ id }) => id === 'etcd-quorum')).toMatchObject({
        outcome: 'block',
        because: 'etcd-two-members',
      })
    }
    await expect(two.start(planned.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(seen.story()).toEqual([])
  },
  LONG,
)
