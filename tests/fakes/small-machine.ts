import { EventEmitter } from 'node:events'
import type { ClusterState } from '../../main/simulator/cluster-api.ts'
import {
  Code,
  type InstallerOutput,
  type MachineEvent,
  type MachineSpec,
  type ServiceSnapshot,
  type SimulatedClock,
  type SimulatedMachine,
  SimulatedStatus,
} from '../../main/simulator/machine-api.ts'
import { createResourceStore } from '../../main/simulator/wire/resource-store.ts'

/** A machine without a life of its own: what happens on it is what a test makes happen. */
export interface SmallMachine extends SimulatedMachine {
  tell(event: Omit<MachineEvent, 'id'>): void
  print(frame: string): void
  write(service: string, line: string): void
  /** What was asked of it, oldest first. */
  readonly asked: readonly string[]
  /** Its address answers nothing while it is down, as without power. */
  isSilent: boolean
  /** How long it slept each time, milliseconds. */
  readonly naps: readonly number[]
  /** Milliseconds by which it is slow to answer. */
  slowness: number
  /** Resolves with how long a slow answer is put off; it comes after `wake`. */
  readonly asleep: Promise<number>
  wake(): void
  /** Lets `installImage` go on to its next output. */
  installerOutput: readonly InstallerOutput[]
  /** Resolves when a caller's installer stream was dropped. */
  readonly installerAborted: Promise<void>
}

export function createSmallMachine(
  options: Pick<MachineSpec, 'hostname' | 'address' | 'talos'> & Partial<MachineSpec>,
): SmallMachine {
  const spec: MachineSpec = {
    port: 50000,
    role: 'controlplane',
    bootLoader: 'systemd-boot',
    extensions: [],
    kernelArguments: [],
    diskBytes: 128e9,
    memoryBytes: 8e9,
    cores: 4,
    ...options,
  }
  const power = new EventEmitter<{ up: []; down: [] }>()
  let fallAsleep: (milliseconds: number) => void = () => undefined
  const asleep = new Promise<number>((resolve) => (fallAsleep = resolve))
  let wake: () => void = () => undefined
  const naps: number[] = []
  const awake = new Promise<void>((resolve) => (wake = resolve))
  const clock: SimulatedClock = {
    now: () => Date.UTC(2026, 2, 1, 10),
    sleep(milliseconds) {
      naps.push(milliseconds)
      fallAsleep(milliseconds)
      return awake
    },
    wait: () => Promise.reject(new Error('a small machine does not wait')),
    speed: 1,
  }
  const bus = new EventEmitter<{ event: [MachineEvent]; kernel: [string]; line: [string, string] }>()
  const resources = createResourceStore(clock)
  const history: MachineEvent[] = []
  const kernel: string[] = []
  const logs = new Map<string, string[]>([
    ['machined', ['one', 'two', 'three']],
    ['kubelet', []],
  ])
  const asked: string[] = []
  let up = false
  let boots = 0
  let reportAborted: () => void = () => undefined
  const installerAborted = new Promise<void>((resolve) => (reportAborted = resolve))

  const unasked = (name: string) => (): never => {
    throw new Error(`a small machine does not ${name}`)
  }
  const logOf = (id: string): string[] => {
    const log = logs.get(id)
    if (!log) throw new SimulatedStatus(Code.UNKNOWN, `log "${id}" was not registered`)
    return log
  }

  const machine: SmallMachine = {
    spec,
    clock,
    resources,
    power,
    get isUp() {
      return up
    },
    talosVersion: spec.talos,
    get bootId() {
      return `boot ${boots} of ${spec.hostname}`
    },
    asked,
    isSilent: false,
    naps,
    slowness: 0,
    get responseDelay() {
      return machine.slowness
    },
    asleep,
    wake: () => wake(),
    installerOutput: [],
    installerAborted,
    services: () => SERVICES,
    serviceAction(id, action) {
      asked.push(`${action} ${id}`)
      return `Service "${id}" ${action}ed`
    },
    killService: (id) => void asked.push(`kill ${id}`),
    load: () => ({
      bootTime: clock.now() / 1000 - 3600,
      cpu: { user: 100, nice: 0, system: 50, idle: 14000, iowait: 5, irq: 1, softIrq: 2, steal: 0 },
      load: [0.5, 0.4, 0.3],
      memory: {
        total: 8_000_000,
        free: 2_000_000,
        available: 5_000_000,
        buffers: 100_000,
        cached: 3_000_000,
      },
      mounts: [{ filesystem: '/dev/nvme0n1p4', size: 120e9, available: 80e9, mountedOn: '/var' }],
    }),
    eventHistory: () => history,
    onEvent(listener) {
      bus.on('event', listener)
      return () => bus.off('event', listener)
    },
    kernelLog: () => kernel,
    onKernelLine(listener) {
      bus.on('kernel', listener)
      return () => bus.off('kernel', listener)
    },
    logIds: () => [...logs.keys()],
    serviceLog: logOf,
    onServiceLine(id, listener) {
      logOf(id)
      const forward = (from: string, line: string): void => {
        if (from === id) listener(line)
      }
      bus.on('line', forward)
      return () => bus.off('line', forward)
    },
    readFile(path) {
      if (path === '/proc/version') return Buffer.from('Linux version 6.18.44-talos\n'.repeat(100))
      throw new SimulatedStatus(Code.NOT_FOUND, `stat ${path}: no such file or directory`)
    },
    filePaths: () => ['/proc/version'],
    async apply({ data, mode, dryRun, tryTimeout }) {
      asked.push(`apply ${data.length} bytes ${mode} ${dryRun} ${tryTimeout}`)
      return { warnings: ['careful'], mode, modeDetails: 'Applied configuration without a reboot' }
    },
    reboot(mode) {
      asked.push(`reboot ${mode}`)
      return { actorId: 'a-reboot' }
    },
    rollback: () => void asked.push('rollback'),
    shutdown(force) {
      asked.push(`shutdown ${force}`)
      return { actorId: 'a-shutdown' }
    },
    reset({ graceful, reboot, mode }) {
      asked.push(`reset ${graceful} ${reboot} ${mode}`)
      return { actorId: 'a-reset' }
    },
    async leaveEtcd() {
      asked.push('leave etcd')
    },
    writeMeta(key, value) {
      asked.push(`meta ${key} ${value}`)
    },
    async upgradeLegacy({ image, stage }) {
      asked.push(`upgrade ${image} ${stage}`)
      return { actorId: 'an-upgrade' }
    },
    async *pullImage(reference) {
      asked.push(`pull ${reference}`)
      const layer = { layerId: 'sha256:aa', total: 100, elapsed: 1500 }
      yield { ...layer, status: 'DOWNLOADING', offset: 10 }
      yield { ...layer, status: 'EXTRACT_COMPLETE', offset: 100 }
      return `${reference}@sha256:0123`
    },
    async *installImage(reference, signal) {
      asked.push(`install ${reference}`)
      signal.addEventListener('abort', () => reportAborted(), { once: true })
      yield* machine.installerOutput
      if (machine.installerOutput.some((output) => 'exitCode' in output)) return
      await installerAborted
    },
    images: () => [
      { name: 'ghcr.io/siderolabs/kubelet:v1.36.3', digest: 'sha256:1', size: 5, createdAt: 1000 },
    ],
    removeImage(reference) {
      asked.push(`remove ${reference}`)
      return true
    },
    keepImage: ({ name }) => void asked.push(`keep ${name}`),
    wipeDevice: ({ device }) => void asked.push(`wipe ${device}`),
    cause: unasked('fail'),
    settle: unasked('fail'),
    async powerOn() {
      up = true
      boots += 1
      power.emit('up')
    },
    powerOff() {
      up = false
      power.emit('down')
      resources.clear()
    },
    tell(event) {
      const told: MachineEvent = { ...event, id: String(history.length).padStart(20, '0') }
      history.push(told)
      bus.emit('event', told)
    },
    print(frame) {
      kernel.push(frame)
      bus.emit('kernel', frame)
    },
    write(service, line) {
      logOf(service).push(line)
      bus.emit('line', service, line)
    },
  }
  return machine
}

const SERVICES: readonly ServiceSnapshot[] = ['machined', 'apid', 'kubelet'].map((id, index) => ({
  id,
  state: 'Running',
  pid: 1200 + index,
  health: { unknown: false, healthy: true, lastMessage: '', lastChange: 1000 },
  events: [{ message: 'Health check successful', state: 'Running', at: 1500 }],
}))

/** A cluster that is no more than a list of such machines, the first of which leads etcd. */
export function createSmallCluster(machines: readonly SmallMachine[]): ClusterState {
  const members = machines
    .filter(({ spec }) => spec.role === 'controlplane')
    .map(({ spec }, index) => ({
      id: `f00000000000000${index + 1}`,
      hostname: spec.hostname,
      peerUrls: [`https://${spec.address}:2380`],
      clientUrls: [`https://${spec.address}:2379`],
      learner: false,
    }))
  const leader = members[0]?.id ?? ''
  return {
    name: 'armario',
    endpoint: 'https://armario:6443',
    machines: () => machines,
    find: (target) => machines.find(({ spec }) => spec.address === target || spec.hostname === target),
    etcd: {
      members: () => members,
      version: () => '3.6',
      statusOf: (hostname) => ({
        memberId: members.find((member) => member.hostname === hostname)?.id ?? '',
        dbSize: 3_000_000,
        dbSizeInUse: 1_000_000,
        leader,
        raftIndex: 900,
        raftTerm: 4,
        errors: [],
        learner: false,
        storageVersion: '3.6.0',
      }),
      alarms: () => [{ memberId: leader, alarm: 'NOSPACE' }],
      disarm: () => [{ memberId: leader, alarm: 'NOSPACE' }],
      defragment: () => undefined,
      objection: (memberId) =>
        members.some(({ id }) => id === memberId) ? undefined : 'etcdserver: member not found',
      removeMember: () => undefined,
      forfeit: () => members[1]?.id,
      snapshot: () => Buffer.alloc(2080, 1),
      healthy: () => true,
      downgrade: undefined,
      progress: () => 'has data',
      upload: () => undefined,
      uploaded: () => undefined,
      bootstrap: () => undefined,
    },
  }
}
