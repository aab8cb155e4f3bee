import type { SimulatedMachine } from '../machine-api.ts'
import { hostnameOf, powerOf, talosOf, type MachineCore } from './core.ts'
import { parseConfig } from './config/parse.ts'
import { moveBack, moveToOtherLine } from './other-line.ts'
import { put, remove } from './resources/keys.ts'
import { publishNetwork } from './resources/network.ts'
import { publishConfigs, publishTime } from './resources/runtime.ts'

interface Trouble {
  /** Does what has to be done at once; the rest of the machine looks at `core.troubles`. */
  readonly cause?: (core: MachineCore, machine: SimulatedMachine) => void
  readonly settle?: (core: MachineCore, machine: SimulatedMachine) => void
}

const SKEW = -3 * 3_600_000
const FLOOD_PER_SECOND = 5000
const STAGED_NOTE = 'staged.ichor.invalid/pending'

/** Names as issue and documentation use them. Those without an entry of their own only set a mark others look at. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  'node-off': { cause: (_, machine) => machine.powerOff(), settle: (_, machine) => void switchOn(machine) },
  'slow-node': {},
  'etcd-member-down': { cause: stopEtcd, settle: startEtcd },
  'etcd-nospace': {
    cause: ({ cluster, spec }) => cluster.raiseAlarm(spec.hostname),
    settle: ({ cluster }) => cluster.clearAlarms(),
  },
  'upgrade-never-ready': { settle: (core) => core.services.check('kubelet') },
  'upgrade-wrong-image': {},
  'pull-stalls': {},
  'schematic-missing-extension': {},
  'reboot-hangs': {},
  'drain-blocked-by-pdb': {
    cause: (core) => holdVolumes(core, true),
    settle: (core) => holdVolumes(core, false),
  },
  'storage-degraded': {
    cause: (core) => core.cluster.kubernetes?.holdRebuild(hostnameOf(core), true),
    settle: (core) => core.cluster.kubernetes?.holdRebuild(hostnameOf(core), false),
  },
  'silent-fallback': {},
  'apply-kills-network': {
    settle: (core) => {
      core.life.fatalConfig = undefined
      core.hooks.reach()
    },
  },
  'expired-certificate': {
    cause: (core) => core.hooks.reconnect(),
    settle: (core) => core.hooks.reconnect(),
  },
  'mixed-versions': { cause: moveToOtherLine, settle: moveBack },
  'staged-config-pending': { cause: stageConfig, settle: dropStagedConfig },
  'clock-skew': { cause: (core) => setClock(core, SKEW), settle: (core) => setClock(core, 0) },
  'locked-sequence': {
    cause: ({ sequences }) => {
      sequences.heldFast = true
    },
    settle: ({ sequences }) => {
      sequences.heldFast = false
    },
  },
  diagnostics: { cause: diagnose, settle: cure },
  'flapping-link': { cause: (core) => void flapLink(core) },
  'log-flood': { cause: (core) => void flood(core) },
  'disk-failing': { cause: (core) => void failDisk(core) },
}

const TROUBLE_NAMES: readonly string[] = Object.keys(TROUBLES)

export function causeTrouble(core: MachineCore, machine: SimulatedMachine, name: string): void {
  const trouble = TROUBLES[name]
  if (!trouble) throw new Error(`unknown trouble "${name}"; known are ${TROUBLE_NAMES.join(', ')}`)
  if (core.troubles.has(name)) return
  core.troubles.add(name)
  try {
    trouble.cause?.(core, machine)
  } catch (error) {
    core.troubles.delete(name)
    throw error
  }
}

export function settleTrouble(core: MachineCore, machine: SimulatedMachine, name: string): void {
  const trouble = TROUBLES[name]
  if (!trouble) throw new Error(`unknown trouble "${name}"; known are ${TROUBLE_NAMES.join(', ')}`)
  if (!core.troubles.delete(name)) return
  trouble.settle?.(core, machine)
}

/** Milliseconds that each answer takes longer. */
export function responseDelay(core: MachineCore): number {
  return core.troubles.has('slow-node') ? 3500 : 0
}

/** Why a health check fails now (behaviour.md §8.1). */
export function complaintOf(core: MachineCore, id: string): string | undefined {
  if (id === 'kubelet' && core.troubles.has('upgrade-never-ready') && core.disk.fallbackLabel !== undefined)
    return 'Get "http://127.0.0.1:10248/healthz": dial tcp 127.0.0.1:10248: connect: connection refused'
  if (id === 'etcd' && core.cluster.isLearner(core.spec.hostname))
    return 'etcdserver: rpc not supported for learner'
  if (id === 'etcd' && !core.life.firstBoot && !hasQuorum(core)) return 'context deadline exceeded'
  return undefined
}

/** A member apart is its own quorum. */
function hasQuorum({ cluster, spec }: MachineCore): boolean {
  return cluster.etcdQuorum() || cluster.etcd.healthy(spec.hostname)
}

function holdVolumes(core: MachineCore, held: boolean): void {
  core.cluster.kubernetes?.holdVolumes(hostnameOf(core), held)
}

async function switchOn(machine: SimulatedMachine): Promise<void> {
  await machine.powerOn().catch(() => undefined)
}

/** A reason for which its etcd ends as soon as it runs: the trouble, or a cluster that no longer knows it. */
export function isEtcdDoomed({ troubles, cluster, spec }: MachineCore): boolean {
  return troubles.has('etcd-member-down') || cluster.isRemoved(spec.hostname)
}

/** Its process ends, and as long as the cause lasts it ends again after each start. */
export function stopEtcd(core: MachineCore): void {
  if (core.services.stateOf('etcd') !== 'Running') return
  core.services.crash(
    'etcd',
    'Error running Containerd(etcd), going to restart forever: task "etcd" failed: exit code 1',
  )
}

function startEtcd(core: MachineCore): void {
  if (core.services.stateOf('etcd') === 'Waiting') core.services.start('etcd').catch(() => undefined)
}

function stageConfig(core: MachineCore): void {
  const { active } = core.life
  if (active?.text !== core.disk.config) return
  // A node label changes nothing else, so the staged edit is harmless when it comes into force.
  const text = withLabel(active.text)
  parseConfig(text, { talos: talosOf(core), schemaDir: core.schemaDir })
  core.disk.config = text
  publishConfigs(core)
}

/** The text with one more node label, wherever this config keeps its labels. */
function withLabel(text: string): string {
  const label = `${STAGED_NOTE}: ""\n`
  const document = 'kind: KubeNodeConfig\n'
  if (text.includes(`${document}labels:\n`))
    return text.replace(`${document}labels:\n`, `${document}labels:\n    ${label}`)
  if (text.includes(document)) return text.replace(document, `${document}labels:\n    ${label}`)
  if (text.includes('    nodeLabels:\n'))
    return text.replace('    nodeLabels:\n', `    nodeLabels:\n        ${label}`)
  return text.replace('    sysctls:\n', `    nodeLabels:\n        ${label}    sysctls:\n`)
}

function dropStagedConfig(core: MachineCore): void {
  const { active } = core.life
  if (!active || !core.disk.config.includes(STAGED_NOTE)) return
  core.disk.config = active.text
  publishConfigs(core)
}

function setClock(core: MachineCore, skew: number): void {
  core.clock.skew = skew
  if (!core.life.power) return
  core.life.timeSynced = skew === 0
  publishTime(core)
  core.kernel.controller(
    'time.SyncController',
    skew === 0 ? 'time synchronised' : 'time query error with server "162.159.200.1"',
    {
      ...(skew === 0 ? {} : { error: 'read udp: i/o timeout' }),
    },
  )
  core.hooks.review()
}

function diagnose(core: MachineCore): void {
  put(
    core,
    'runtime',
    'Diagnostics.runtime',
    'address-overlap',
    {
      message: 'host and Kubernetes pod/service CIDR addresses overlap',
      details: ['host routed addresses: ["10.244.0.5/24"]', 'Kubernetes pod CIDRs: ["10.244.0.0/16"]'],
    },
    { owner: 'runtime.DiagnosticsController' },
  )
  core.kernel.controller('runtime.DiagnosticsLoggerController', 'diagnostic still active', {
    id: 'address-overlap',
    message: 'host and Kubernetes pod/service CIDR addresses overlap',
  })
}

function cure(core: MachineCore): void {
  remove(core, 'runtime', 'Diagnostics.runtime', 'address-overlap')
}

/** 5,000 lines a second of real time, whatever the clock's speed, on the kubelet's log; in small batches. */
async function flood(core: MachineCore): Promise<void> {
  const power = powerOf(core)
  const began = core.clock.now()
  let written = 0
  try {
    while (core.troubles.has('log-flood')) {
      await core.clock.sleep(20 * core.clock.speed, power)
      const due = Math.floor(((core.clock.now() - began) / 1000 / core.clock.speed) * FLOOD_PER_SECOND)
      for (; written < due; written++)
        core.logs.write(
          'kubelet',
          `I1123 10:00:00.000000    2345 flood.go:1] "line of the flood" number=${written}`,
        )
    }
  } catch {
    // The power went.
  }
}

async function failDisk(core: MachineCore): Promise<void> {
  const power = powerOf(core)
  const disk = core.hardware.systemDisk.name
  try {
    while (core.troubles.has('disk-failing')) {
      const sector = core.random.integer(900_000_000)
      core.kernel.write(
        'kern',
        'err',
        `nvme0n1: I/O Cmd(0x2) @ LBA ${sector}, 8 blocks, I/O Error (sct 0x2 / sc 0x81) MORE DNR`,
      )
      core.kernel.write(
        'kern',
        'err',
        `critical medium error, dev ${disk}, sector ${sector} op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2`,
      )
      await core.clock.sleep(20_000 + core.random.integer(20_000), power)
    }
  } catch {
    // The power went.
  }
}

/** The cable of the first port loses contact for a few seconds, again and again. */
async function flapLink(core: MachineCore): Promise<void> {
  const power = powerOf(core)
  const [port] = core.hardware.links
  const turn = (isDown: boolean): void => {
    core.life.linkDown = isDown
    core.kernel.write(
      'kern',
      'info',
      `${port?.driver ?? ''} ${port?.bus ?? ''} ${port?.name ?? ''}: NIC Link is ${isDown ? 'Down' : 'Up 1000 Mbps Full Duplex'}`,
    )
    publishNetwork(core)
    core.hooks.reach()
    core.hooks.review()
  }
  try {
    while (core.troubles.has('flapping-link')) {
      turn(true)
      await core.clock.sleep(2000 + core.random.integer(4000), power)
      turn(false)
      await core.clock.sleep(8000 + core.random.integer(15_000), power)
    }
  } catch {
    core.life.linkDown = false
  }
}
