import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runningMachines, simulatedMachines } from '../../../tests/fakes/simulated-machines.ts'
import type { MachineEvent } from '../machine-api.ts'

interface Status {
  readonly stage: string
  readonly status: {
    readonly ready: boolean
    readonly unmetConditions: readonly { readonly name: string; readonly reason: string }[]
  }
}

test('a live boot goes through its stages and names what is still unmet', async () => {
  const { machine, clock } = simulatedMachines([{ talos: 'v1.13.9' }], 7, false)
  const seen: Status[] = []
  machine.onEvent(({ type, payload }: MachineEvent) => {
    if (type === 'MachineStatusEvent') seen.push(payload as unknown as Status)
  })
  const on = machine.powerOn()
  await clock.advance(120_000)
  await on
  const unmet = new Set(seen.flatMap(({ status }) => status.unmetConditions.map(({ name }) => name)))
  expect(unmet).toEqual(new Set(['time', 'network', 'services', 'staticPods', 'nodeReady']))
  expect(seen[0]?.stage).toBe('BOOTING')
  expect(seen.at(-1)).toEqual({ stage: 'RUNNING', status: { ready: true, unmetConditions: [] } })
  const reasons = seen.flatMap(({ status }) => status.unmetConditions.map(({ reason }) => reason))
  expect(reasons).toContain('time is not synced')
  expect(reasons).toContain('node "node-1" status is not available yet')
  expect(reasons.some((reason) => /^(apid|etcd) not running/.test(reason))).toBe(true)
})

test('dmesg comes in the order in which a node boots', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.13.9' }])
  const log = machine.kernelLog().join('')
  const marks = [
    'Linux version 6.18.44-talos',
    'Command line: talos.platform=metal',
    'Run /init as init process',
    '[initramfs] booting Talos v1.13.9',
    '[initramfs] enabling system extension iscsi-tools',
    '[initramfs] entering the rootfs',
    'early startup done',
    'initialize sequence: 9 phase(s)',
    'phase systemRequirements (1/9): 1 tasks(s)',
    'phase earlyServices (2/9): 6 tasks(s)',
    'phase dashboard (6/9): 1 tasks(s)',
    'phase config (9/9): 1 tasks(s)',
    'machine config loaded successfully',
    'initialize sequence: done: ',
    'install sequence: 0 phase(s)',
    'boot sequence: 9 phase(s)',
    'XFS (nvme0n1p4): Mounting V5 Filesystem',
    'phase startEverything (9/9): 1 tasks(s)',
    'service[kubelet](Running): Health check successful',
    'boot sequence: done: ',
    'machine is running and ready',
  ]
  const places = marks.map((mark) => log.indexOf(mark))
  expect(places).not.toContain(-1)
  expect([...places].sort((a, b) => a - b)).toEqual(places)
  expect(log).not.toContain('phase wipeDisks')
})

test('a machine writes on while it runs', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  const written = (): number =>
    machine.logIds().reduce((sum, id) => sum + machine.serviceLog(id).length, machine.kernelLog().length)
  const before = written()
  await clock.advance(600_000)
  expect(written() - before).toBeGreaterThan(30)
  expect(() => machine.serviceLog('nginx')).toThrow('log "nginx" was not registered')
})

test.each([
  [
    'v1.9.6',
    ['MountStatuses.runtime'],
    ['Versions.runtime', 'KernelCmdlines.runtime', 'BootIDs.runtime', 'MountStatuses.block'],
  ],
  ['v1.10.9', ['Versions.runtime', 'MountStatuses.block'], ['KernelCmdlines.runtime', 'BootedEntries']],
  [
    'v1.11.6',
    ['KernelCmdlines.runtime', 'BootedEntries', 'LoadedKernelModules.runtime'],
    ['BootIDs.runtime'],
  ],
  [
    'v1.14.0',
    ['BootIDs.runtime', 'ImageFactorySchematics.runtime', 'KernelModuleStatuses.runtime'],
    ['LoadedKernelModules.runtime'],
  ],
])('%s has the resources of its line and not those of another', async (talos, there, absent) => {
  const { machine } = await runningMachines([{ talos }])
  const count = (type: string): number => machine.resources.list('runtime', `${type}.talos.dev`).length
  for (const type of there) expect([type, count(type)]).not.toEqual([type, 0])
  for (const type of absent) expect([type, count(type)]).toEqual([type, 0])
})

test('1.9 misspells the device path of a discovered volume', async () => {
  const spec = async (talos: string): Promise<unknown> => {
    const { machine } = await runningMachines([{ talos }])
    const found = machine.resources.get({
      namespace: 'runtime',
      type: 'DiscoveredVolumes.block.talos.dev',
      id: 'nvme0n1',
    })
    return parse(found?.yamlSpec ?? '')
  }
  expect(await spec('v1.9.6')).toHaveProperty('dev_dath')
  expect(await spec('v1.10.9')).toHaveProperty('dev_path')
})

test('a reboot asked for during a boot takes over', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.reboot('DEFAULT')
  const seen: MachineEvent[] = []
  machine.onEvent((event) => seen.push(event))
  await clock
    .runUntil(() => machine.isUp && machine.services().some(({ id }) => id === 'cri'), 60_000)
    .catch(() => undefined)
  await clock.advance(20_000)
  const first = machine.bootId
  const { actorId } = machine.reboot('DEFAULT')
  await clock.advance(200_000)
  expect(machine.bootId).not.toBe(first)
  expect(seen.some((event) => event.actorId === actorId && event.type === 'RestartEvent')).toBe(true)
  expect(machine.isUp).toBe(true)
})

test('a shutdown drains, leaves the stage at shutting down and stays off until it is switched on', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  const seen: unknown[] = []
  machine.onEvent(({ type, payload }) => {
    if (type === 'RestartEvent') seen.push(payload['cmd'])
    if (type === 'PhaseEvent' && payload['phase'] === 'drain') seen.push('drain')
  })
  machine.shutdown(false)
  await clock.advance(300_000)
  expect(seen).toEqual(['drain', 'drain', 0x4321fedc])
  expect(machine.isUp).toBe(false)
  const on = machine.powerOn()
  await clock.advance(120_000)
  await on
  expect(machine.isUp).toBe(true)
})

test('only files that are there can be read, the boot id among them', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.13.9' }])
  expect(machine.readFile('/proc/sys/kernel/random/boot_id').toString()).toBe(`${machine.bootId}\n`)
  expect(() => machine.readFile('/etc/shadow')).toThrow('no such file or directory')
})
