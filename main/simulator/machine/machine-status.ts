import { hostnameOf, type MachineCore, type Stage } from './core.ts'
import type { MachineEvent } from '../machine-api.ts'
import { put } from './resources/keys.ts'
import { COMPONENTS } from './resources/static-pods.ts'
import { publishMeta } from './resources/runtime.ts'

interface Unmet {
  readonly name: string
  readonly reason: string
}

/** What still lacks; computed in booting and running only (behaviour.md §3.5). */
function unmetConditions(core: MachineCore): readonly Unmet[] {
  const { life } = core
  if (life.stage !== 'booting' && life.stage !== 'running') return []
  return [
    ...timeCondition(core),
    ...networkCondition(core),
    ...serviceCondition(core),
    ...kubernetesConditions(core),
  ]
}

function timeCondition({ life }: MachineCore): Unmet[] {
  if (life.timeSynced || life.active?.facts.timeDisabled) return []
  return [{ name: 'time', reason: 'time is not synced' }]
}

const NETWORK_STATUS = { namespace: 'network', type: 'NetworkStatuses.net.talos.dev', id: 'status' }
const NETWORK_FLAGS = [
  ['addressReady', 'address'],
  ['connectivityReady', 'connectivity'],
  ['etcFilesReady', 'etc-files'],
  ['hostnameReady', 'hostname'],
] as const

function networkCondition(core: MachineCore): Unmet[] {
  const status = core.store.get(NETWORK_STATUS)?.spec as Readonly<Record<string, unknown>> | undefined
  const missing = NETWORK_FLAGS.flatMap(([flag, name]) => (status?.[flag] === true ? [] : [name]))
  return missing.length === 0 ? [] : [{ name: 'network', reason: `waiting on: ${missing.join(', ')}` }]
}

function serviceCondition(core: MachineCore): Unmet[] {
  const wanted =
    core.spec.role === 'controlplane'
      ? ['apid', 'etcd', 'kubelet', 'machined', 'trustd']
      : ['apid', 'kubelet', 'machined']
  const problems = wanted.flatMap((id) => {
    if (core.services.stateOf(id) !== 'Running') return [`${id} not running`]
    return core.services.isHealthy(id) ? [] : [`${id} not healthy`]
  })
  return problems.length === 0 ? [] : [{ name: 'services', reason: problems.join(', ') }]
}

function kubernetesConditions(core: MachineCore): Unmet[] {
  const { life } = core
  const name = hostnameOf(core)
  const unmet: Unmet[] = []
  const pods = COMPONENTS.filter((component) => !life.podsReady || life.rolling.has(component))
  if (core.spec.role === 'controlplane' && pods.length > 0) {
    unmet.push({
      name: 'staticPods',
      reason: pods.map((pod) => `kube-system/${pod}-${name} pending`).join(', '),
    })
  }
  if (!life.active?.facts.skipNodeRegistration) {
    const known = core.store.get({ namespace: 'k8s', type: 'NodeStatuses.kubernetes.talos.dev', id: name })
    if (!known) unmet.push({ name: 'nodeReady', reason: `node "${name}" status is not available yet` })
    else if (!life.nodeReady) unmet.push({ name: 'nodeReady', reason: `node "${name}" is not ready` })
  }
  return unmet
}

const MACHINE_STATUS = { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' }

interface Told {
  readonly stage: Stage
  readonly status: { readonly ready: boolean; readonly unmetConditions: readonly Unmet[] }
}

function isSame({ stage, status }: Told, now: Stage, unmet: readonly Unmet[]): boolean {
  const { unmetConditions } = status
  return (
    stage === now &&
    unmetConditions.length === unmet.length &&
    unmetConditions.every(({ name, reason }, at) => name === unmet[at]?.name && reason === unmet[at].reason)
  )
}

/** Writes resource and event when stage or conditions moved; tells dmesg the first time all is well. */
export function reviewStatus(core: MachineCore): void {
  const { life } = core
  if (!life.power) return
  const unmet = unmetConditions(core)
  const ready = unmet.length === 0
  const before = core.store.get(MACHINE_STATUS)
  // Asked after every change of anything, and seldom different: what would be the same is not written to be compared.
  if (before && isSame(before.spec as Told, life.stage, unmet)) return
  put(
    core,
    'runtime',
    'MachineStatuses.runtime',
    'machine',
    {
      stage: life.stage,
      status: { ready, unmetConditions: unmet },
    },
    { owner: 'runtime.MachineStatusController' },
  )
  core.events.publish('MachineStatusEvent', {
    stage: life.stage.replace(' ', '_').toUpperCase(),
    status: { ready, unmetConditions: unmet },
  })
  const wasReady = life.ready
  life.ready = life.stage === 'running' && ready
  if (life.ready && !wasReady) becomeReady(core)
}

function becomeReady(core: MachineCore): void {
  const controller = 'runtime.MachineStatusController'
  core.kernel.controller(controller, 'machine is running and ready')
  if (core.disk.fallbackLabel === undefined) return
  core.kernel.controller('runtime.DropUpgradeFallbackController', 'removing fallback entry')
  core.disk.fallbackLabel = undefined
  publishMeta(core)
}

/** Stage changes follow the node's own events (behaviour.md §3.5). Returns the next stage, or `undefined`. */
export function stageAfter(
  event: MachineEvent,
  current: Stage,
  running: string | undefined,
): Stage | undefined {
  const { payload, type } = event
  const action = payload['action']
  if (type === 'PhaseEvent' && action === 'START') {
    if (payload['phase'] === 'install' && running === 'install') return 'installing'
    if (payload['phase'] === 'kexec' && (running === 'install' || running === 'upgrade')) return 'rebooting'
    return undefined
  }
  if (type === 'TaskEvent' && payload['task'] === 'runningMaintenance')
    return action === 'START' ? 'maintenance' : 'booting'
  if (type !== 'SequenceEvent') return undefined
  const sequence = String(payload['sequence'])
  if (action === 'START') return STARTED[sequence]
  if (action === 'STOP') return sequence === 'boot' ? 'running' : undefined
  const error = payload['error'] as { readonly code: string } | undefined
  return error?.code === 'FATAL' && current !== 'shutting down' ? 'rebooting' : undefined
}

const STARTED: Readonly<Record<string, Stage>> = {
  initialize: 'booting',
  boot: 'booting',
  shutdown: 'shutting down',
  reboot: 'rebooting',
  reset: 'resetting',
  upgrade: 'upgrading',
  stageUpgrade: 'upgrading',
}
