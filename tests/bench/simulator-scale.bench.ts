import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { buildApp } from '../../main/scripts/build-app.mjs'
import { startSimulator } from '../e2e/simulator.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { readProcess } from './built-app.ts'
import { printTable } from './figures.ts'

const NODES = 200
const SETTLE_MS = 8_000
const MEASURE_MS = 30_000

/** What a window with a fleet on screen follows of each node. */
const WATCHED = [
  ['runtime', 'MachineStatuses.runtime'],
  ['runtime', 'Services.v1alpha1'],
  ['runtime', 'Versions.runtime'],
  ['runtime', 'ExtensionStatuses.runtime'],
  ['runtime', 'Diagnostics.runtime'],
  ['runtime', 'Disks.block'],
  ['runtime', 'VolumeStatuses.block'],
  ['runtime', 'TimeStatuses.v1alpha1'],
  ['network', 'HostnameStatuses.net'],
  ['network', 'LinkStatuses.net'],
  ['network', 'AddressStatuses.net'],
  ['config', 'MachineTypes.config'],
  ['cluster', 'Members.cluster'],
  ['k8s', 'NodeStatuses.kubernetes'],
  ['k8s', 'StaticPodStatuses.kubernetes'],
] as const

beforeAll(() => buildApp())

test.skipIf(process.platform !== 'linux')(
  'what 200 nodes with their watches cost the simulator',
  async () => {
    const began = performance.now()
    const simulator = await startSimulator([
      '--controlplanes',
      '3',
      '--workers',
      String(NODES - 3),
      '--talos',
      'v1.13.9,v1.14.0,v1.12.11,v1.11.6',
      '--speed',
      '1',
    ])
    const start = performance.now() - began
    // What others do on the machine does not count here.
    const worked = readProcess(simulator.pid).cpu
    const { contexts, context } = parse(simulator.talosconfig) as {
      readonly context: string
      readonly contexts: Readonly<Record<string, { readonly nodes: readonly string[] }>>
    }
    const nodes = contexts[context]?.nodes ?? []
    const clients = nodes.map((node) => connectWith(simulator.talosconfig, `${node}:50000`))
    try {
      const firsts = clients.flatMap((client) =>
        WATCHED.map(([namespace, type]) =>
          client
            .stream('/cosi.resource.State/Watch', {
              namespace,
              type: `${type}.talos.dev`,
              options: { bootstrapContents: true },
              apiVersion: 1,
            })
            .take(1),
        ),
      )
      await Promise.all(firsts)
      await sleep(SETTLE_MS)
      const before = readProcess(simulator.pid)
      await sleep(MEASURE_MS)
      const after = readProcess(simulator.pid)
      const cores = (after.cpu - before.cpu) / (MEASURE_MS / 1000)
      expect(nodes).toHaveLength(NODES)
      printTable({
        title: `${NODES} simulated nodes at their own pace, ${WATCHED.length} watches open on each, over ${MEASURE_MS / 1000} s`,
        goal: 'under 1536 MB, 1 core, and 10 s to start',
        head: ['nodes', 'MB', 'cores', 'start s', 'of it CPU s'],
        rows: [
          [
            String(NODES),
            after.rss.toFixed(0),
            cores.toFixed(3),
            (start / 1000).toFixed(1),
            worked.toFixed(1),
          ],
        ],
      })
    } finally {
      for (const client of clients) client.close()
      await simulator.stop()
    }
  },
)
