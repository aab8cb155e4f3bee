import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFailure } from '../../main/domain/talos-failure.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { never } from '../fakes/one-node.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

const MACHINE_STATUS = {
  namespace: 'runtime',
  type: 'MachineStatuses.runtime.talos.dev',
  id: 'machine',
} as const

let cluster: SimulatedCluster
let port: ReturnType<typeof createTalosPort>
let nodes: readonly string[]
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: { controlPlanes: 1, workers: 2, talos: ['v1.14.0', 'v1.13.9', 'v1.11.6'] },
    speed: 400,
    protosDir,
    resourcesDir: join(protosDir, '..', 'resources'),
  })
  const context = contextOf(cluster.talosconfig())
  nodes = context.nodes
  port = createTalosPort({ context, protosDir, connectTimeoutMs: 1_000 })
})
afterAll(async () => {
  port.close()
  await cluster[Symbol.asyncDispose]()
})

test('the nodes of three versions tell what the fleet needs', async () => {
  const tags = await Promise.all(nodes.map(async (node) => (await port.version(node, never)).tag))
  expect(tags).toEqual(['v1.14.0', 'v1.13.9', 'v1.11.6'])
  for (const node of nodes) {
    const status = await port.get(node, MACHINE_STATUS, never)
    expect(status?.spec).toMatchObject({ stage: 'running', status: { ready: true } })
    const counters = await port.counters(node, never)
    expect(counters.memoryTotal).toBeGreaterThan(counters.memoryAvailable)
    expect(counters.cpuTotal).toBeGreaterThan(counters.cpuBusy)
    expect((await port.services(node, never)).map(({ id }) => id)).toContain('kubelet')
    expect(await port.bootId(node, never)).toMatch(/^[0-9a-f-]{36}$/)
  }
})

test('the MachineConfig of every version is read as text, whatever form the node keeps it in', async () => {
  for (const node of nodes) {
    const config = await port.readMachineConfig(node, 'active', never)
    // Compared as a boolean: a failing match would print the config, secrets and all.
    expect(/^version: v1alpha1\b/m.test(config?.text ?? '')).toBe(true)
    expect(/^machine:/m.test(config?.text ?? '')).toBe(true)
  }
})

test('a config with an unknown key is refused at its line, and nothing is applied', async () => {
  const [node = ''] = nodes
  const before = await port.readMachineConfig(node, 'active', never)
  const text = (before?.text ?? '').replace(/^machine:.*$/m, 'machine:\n    typo: 1')
  const request = { text, mode: 'no-reboot', dryRun: false } as const
  const failure = await port.applyConfiguration(node, request, never).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'config-refused', node })
  expect(isFailure(failure) && failure.at?.line).toBeGreaterThan(0)
  expect((await port.readMachineConfig(node, 'active', never))?.version).toBe(before?.version)
})

test('a reboot is followed through its events and its lost connection to a new boot id', async () => {
  const node = nodes[1] ?? ''
  const before = await port.bootId(node, never)
  const controller = new AbortController()
  const stages: string[] = []
  const { actorId } = await port.reboot(node, 'default', never)
  expect(actorId).not.toBe('')
  const seen = { lost: false }
  for await (const event of port.watch(node, MACHINE_STATUS, controller.signal)) {
    if (event.kind === 'lost') seen.lost = true
    if (event.kind !== 'present' && event.kind !== 'changed') continue
    const spec = event.resource.spec as { stage: string; status: { ready: boolean } }
    if (stages.at(-1) !== spec.stage) stages.push(spec.stage)
    if (seen.lost && spec.stage === 'running' && spec.status.ready) break
  }
  expect(seen.lost).toBe(true)
  expect(stages.at(-1)).toBe('running')
  expect(await port.bootId(node, never)).not.toBe(before)
})

test('the kernel log of a node tells of its boot', async () => {
  const lines: string[] = []
  for await (const line of port.kernelLog(nodes[0] ?? '', { follow: false, tail: false }, never))
    lines.push(line)
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.every((line) => /^\w+:\s+\w+: \[/.test(line))).toBe(true)
})
