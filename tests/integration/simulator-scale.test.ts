import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { CONTROL_PLANES, LINES } from '../fakes/mixed-cluster.ts'
import { ownClient } from '../fakes/own-client.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

vi.setConfig({ testTimeout: 120_000 })

const NODES = 200
const GOAL_MB = 1536
/** Twice the ten seconds of the goal, in time of the processor alone: for a machine half as fast, or a busy one. */
const MOST_CPU_SECONDS = 20

const SERVICES = { namespace: 'runtime', type: 'Services.v1alpha1.talos.dev' }

const megabytes = (): number => process.memoryUsage().rss / 2 ** 20

/** What it costs over time is measured by tests/bench/simulator-scale.bench.ts. */
test('200 nodes of every line start, and their services are watched, within the memory and time they may cost', async () => {
  const [idle, began] = [megabytes(), process.cpuUsage()]
  await using cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    nodes: Array.from({ length: NODES }, (_, index) => ({
      hostname: `n${index}`,
      role: index < CONTROL_PLANES.length ? ('controlplane' as const) : ('worker' as const),
      talos: index < CONTROL_PLANES.length ? CONTROL_PLANES[index]! : LINES[index % LINES.length]!,
    })),
  })
  const { user, system } = process.cpuUsage(began)
  const talos = ownClient(cluster.talosconfig())
  const watched = await Promise.all(
    Array.from({ length: NODES }, async (_, index) => {
      const { address } = cluster.node(`n${index}`).spec
      let present = 0
      for await (const event of talos.watch(address, SERVICES, new AbortController().signal)) {
        if (event.kind === 'present') present++
        if (event.kind === 'ready') return present
      }
      return 0
    }),
  )
  expect(watched.filter((services) => services >= 8)).toHaveLength(NODES)
  expect(megabytes() - idle).toBeLessThan(GOAL_MB)
  expect((user + system) / 1e6).toBeLessThan(MOST_CPU_SECONDS)
  talos.close()
})
