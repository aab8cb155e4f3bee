import { describe, expect, test } from 'vitest'
import type { Trouble } from '../../../tests/fakes/fake-node.ts'
import { createUpgradeScene, worker } from '../../../tests/fakes/upgrade-scene.ts'

async function act(service: string, action: 'start' | 'stop' | 'restart', trouble?: Trouble) {
  const scene = createUpgradeScene([worker(1)])
  if (trouble !== undefined) scene.talos.node('estante-1').troubles.add(trouble)
  const { runId } = await scene.handlers['services.act'](
    { ...scene.ref('estante-1'), service, action },
    scene.signal,
  )
  return { run: await scene.finish(runId), scene }
}

describe('a service', () => {
  test('restarted is proven when it has told something new and is healthy', async () => {
    const { run } = await act('kubelet', 'restart')
    expect(run.outcome).toBe('proven')
    expect(run.verdict).toEqual([
      {
        fact: 'service-state',
        before: 'Running',
        expected: 'Running',
        found: 'Running',
        outcome: 'proven',
        note: 'ServiceList',
      },
      {
        fact: 'service-health',
        before: 'healthy',
        expected: 'healthy',
        found: 'healthy',
        outcome: 'proven',
        note: 'ServiceList',
      },
    ])
    expect(run.steps[1]?.detail).toBe('4 s')
    expect(run.talosctl).toBe('talosctl -n 10.0.20.21 service kubelet restart')
  })

  test('restarted that does not get healthy is not ready, with what it says', async () => {
    const { run } = await act('kubelet', 'restart', 'never-ready')
    expect(run.outcome).toBe('not-ready')
    expect(run.verdict[1]?.found).toBe('unhealthy: context deadline exceeded')
  })

  test('without a health check is up when it has run for a while', async () => {
    const { run } = await act('ext-tailscale', 'restart')
    expect(run.outcome).toBe('proven')
    expect(run.verdict.map(({ fact }) => fact)).toEqual(['service-state'])
    expect(run.steps[1]?.detail).toBe('16 s')
  })

  test('started that runs already is as asked', async () => {
    expect((await act('kubelet', 'start')).run.outcome).toBe('proven')
  })

  test('stopped is proven when it is down', async () => {
    const { run } = await act('kubelet', 'stop')
    expect(run.outcome).toBe('proven')
    expect(run.verdict[0]).toMatchObject({ expected: 'Finished', found: 'Finished' })
  })

  test("that Talos lets nobody stop is refused in Talos' words", async () => {
    const { run } = await act('apid', 'stop')
    expect(run).toMatchObject({
      outcome: 'refused',
      error: { message: expect.stringContaining('via API') as unknown },
    })
  })

  test('that does not exist is refused', async () => {
    expect((await act('nothing', 'start')).run).toMatchObject({
      outcome: 'refused',
      error: { code: 'not-found' },
    })
  })

  test('does not hold the cluster', async () => {
    const scene = createUpgradeScene([worker(1)])
    const input = { ...scene.ref('estante-1'), service: 'kubelet', action: 'restart' } as const
    const first = await scene.handlers['services.act'](input, scene.signal)
    await scene.reboot('estante-1')
    expect((await scene.finish(first.runId)).kind).toBe('service')
  })
})
