import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResourceKey, TalosEvent, WatchEvent } from '../../main/domain/nodes/talos-port.ts'
import { LINES, minorOf, type MixedCluster, startMixedCluster } from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'

/** The simulated cluster as our own client meets it, on every line of Talos; behaviour.md §3, §5.4, §8, §12. */
let mixed: MixedCluster
beforeAll(async () => {
  mixed = await startMixedCluster()
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const LOGS = '/machine.MachineService/Logs'

async function gather<T>(items: AsyncIterable<T>, until: (item: T) => boolean): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) {
    all.push(item)
    if (until(item)) break
  }
  return all
}

const HARDWARE: readonly ResourceKey[] = [
  { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev' },
  { namespace: 'runtime', type: 'Services.v1alpha1.talos.dev' },
  { namespace: 'runtime', type: 'ExtensionStatuses.runtime.talos.dev' },
  { namespace: 'runtime', type: 'Disks.block.talos.dev' },
  { namespace: 'runtime', type: 'SystemDisks.block.talos.dev' },
  { namespace: 'runtime', type: 'BlockDevices.block.talos.dev' },
  { namespace: 'runtime', type: 'DiscoveredVolumes.block.talos.dev' },
  { namespace: 'runtime', type: 'VolumeStatuses.block.talos.dev' },
  { namespace: 'runtime', type: 'MountStatuses.runtime.talos.dev' },
  { namespace: 'runtime', type: 'TimeStatuses.v1alpha1.talos.dev' },
  { namespace: 'network', type: 'LinkStatuses.net.talos.dev' },
  { namespace: 'network', type: 'AddressStatuses.net.talos.dev' },
  { namespace: 'network', type: 'RouteStatuses.net.talos.dev' },
  { namespace: 'network', type: 'HostnameStatuses.net.talos.dev' },
  { namespace: 'network', type: 'ResolverStatuses.net.talos.dev' },
  { namespace: 'cluster', type: 'Members.cluster.talos.dev' },
  { namespace: 'k8s', type: 'Nodenames.kubernetes.talos.dev' },
  { namespace: 'k8s', type: 'NodeStatuses.kubernetes.talos.dev' },
  { namespace: 'hardware', type: 'Processors.hardware.talos.dev' },
  { namespace: 'perf', type: 'CPUStats.perf.talos.dev' },
]

/** Types by the release they came with. */
const NEW_TYPES: readonly (readonly [since: number, key: ResourceKey])[] = [
  [10, { namespace: 'runtime', type: 'Versions.runtime.talos.dev' }],
  [10, { namespace: 'runtime', type: 'MountStatuses.block.talos.dev' }],
  [11, { namespace: 'runtime', type: 'KernelCmdlines.runtime.talos.dev' }],
  [14, { namespace: 'runtime', type: 'BootIDs.runtime.talos.dev' }],
]

describe.each(LINES)('%s', (line) => {
  const minor = minorOf(line)
  const node = (): string => mixed.addressOf(line)

  test('lists what a screen shows of it, and what its version has not reads as such', async () => {
    const port = mixed.port('os:reader')
    for (const key of HARDWARE)
      expect([key.type, (await port.list(node(), key, never)).length > 0]).toEqual([key.type, true])
    for (const [since, key] of NEW_TYPES) {
      const answer = port.list(node(), key, never)
      if (minor >= since) expect(await answer).not.toHaveLength(0)
      else await expect(answer).rejects.toMatchObject({ code: 'unsupported-by-version' })
    }
  })

  test('a watch gives what is there, then what changes and what goes', async () => {
    const key = { namespace: 'runtime', type: 'MetaKeys.runtime.talos.dev' }
    const hangUp = new AbortController()
    const machine = mixed.cluster.node(mixed.hostOf(line))
    const told: WatchEvent[] = []
    let step = 0
    try {
      for await (const event of mixed.port().watch(node(), key, hangUp.signal)) {
        told.push(event)
        if (event.kind === 'ready') machine.writeMeta(0x0a, 'one')
        if (event.kind === 'present' || event.kind === 'changed') {
          step += 1
          machine.writeMeta(0x0a, step === 1 ? 'two' : undefined)
        }
        if (event.kind === 'gone') break
      }
    } finally {
      hangUp.abort()
    }
    expect(told.map(({ kind }) => kind)).toEqual(['ready', 'changed', 'changed', 'gone'])
  })

  test('events replay the boot, in the order of their ids', async () => {
    const port = mixed.port('os:operator')
    const isRunning = ({ payload }: TalosEvent): boolean =>
      payload.kind === 'machine-status' && payload.stage === 'running' && payload.ready
    const boot = await gather(port.events(node(), { tailEvents: -1 }, never), isRunning)
    const sequences = boot.flatMap(({ payload }) =>
      payload.kind === 'sequence' ? [`${payload.sequence} ${payload.action}`] : [],
    )
    expect(sequences).toEqual(
      expect.arrayContaining(['initialize start', 'initialize stop', 'boot start', 'boot stop']),
    )
    const ids = boot.map(({ id }) => id)
    expect(ids).toEqual([...ids].sort())
  })

  test('logs of services and of pods are read by line', async () => {
    const port = mixed.port('os:reader')
    const sources = await port.logSources(node(), never)
    expect(sources).toEqual(expect.arrayContaining(['apid', 'kubelet', 'machined', 'controller-runtime']))
    expect(sources.includes('kernel')).toBe(minor >= 12)
    const { messages } = await mixed
      .wire(line)
      .unary('/machine.MachineService/Containers', { namespace: 'k8s.io', driver: 'CRI' })
    const proxy = messages[0]?.containers.find(({ name }) => name === 'kube-proxy')?.id ?? ''
    for (const id of ['kubelet', proxy]) {
      const log = await gather(
        port.serviceLog(node(), { id, follow: false, tailLines: 3 }, never),
        () => false,
      )
      expect([id, log.length]).toEqual([id, 3])
      const request = id === proxy ? { namespace: 'k8s.io', driver: 'CRI' } : { namespace: 'system' }
      const logs = (more: object) =>
        mixed
          .wire(line)
          .stream(LOGS, { ...request, id, ...more })
          .all()
      const plain = await logs({ tailLines: 3 })
      expect(plain.every(({ bytes }) => bytes.length <= 1024)).toBe(true)
      expect(plain.map(({ bytes }) => bytes.toString()).join('')).toBe(`${log.join('\n')}\n`)
      // Nothing asked of the past is nothing.
      expect(await logs({})).toEqual([])
    }
    await expect(
      gather(port.serviceLog(node(), { id: 'nonesuch', follow: false, tailLines: 3 }, never), () => false),
    ).rejects.toThrow(/nonesuch/)
  })

  test('its counters grow, and its boot has an id', async () => {
    const port = mixed.port()
    const first = await port.counters(node(), never)
    await expect
      .poll(async () => (await port.counters(node(), never)).cpuTotal)
      .toBeGreaterThan(first.cpuTotal)
    expect(first.cpuBusy).toBeLessThan(first.cpuTotal)
    expect(first.memoryAvailable).toBeLessThan(first.memoryTotal)
    expect(first.ephemeral?.available).toBeLessThan(first.ephemeral?.size ?? 0)
    expect(await port.bootId(node(), never)).toBe(mixed.cluster.node(mixed.hostOf(line)).bootId)
  })

  test("its configuration is an administrator's to read, and a dry run changes nothing", async () => {
    const port = mixed.port()
    const active = await port.readMachineConfig(node(), 'active', never)
    expect(active?.text).toContain('machine:')
    const persistent = await port.readMachineConfig(node(), 'persistent', never)
    expect(persistent?.text).toBe(minor >= 10 ? active?.text : undefined)
    await expect(mixed.port('os:operator').readMachineConfig(node(), 'active', never)).rejects.toMatchObject({
      code: 'role-too-low',
    })
    const text = (active?.text ?? '').replace(
      / {4}sysctls:\n/,
      '    sysctls:\n        net.core.somaxconn: "4096"\n',
    )
    expect(text).not.toBe(active?.text)
    const dry = await port.applyConfiguration(node(), { text, mode: 'auto', dryRun: true }, never)
    expect(dry.details).toContain('somaxconn')
    expect((await port.readMachineConfig(node(), 'active', never))?.version).toBe(active?.version)
  })
})
