import type { NodeRole, NodeSummary, Reach, Schematic, Stage, StageReport } from '#contract/nodes.ts'
import { Stage as StageSchema } from '#contract/nodes.ts'
import type { ContextName, NodeAddress } from '#contract/names.ts'
import type { ResourceCache } from './resource-cache.ts'
import {
  DIAGNOSTIC,
  EXTENSION,
  HOSTNAME,
  KUBELET_SPEC,
  MACHINE_STATUS,
  MACHINE_TYPE,
} from './resource-types.ts'
import { flagField, listField, textField } from './spec-fields.ts'

/** What is known of a node that does not come from its resources. */
export interface NodeReadings {
  readonly reach: Reach
  readonly lastReadAt?: string
  readonly talosVersion?: string
  readonly cpuPercent?: number
  readonly memory?: { readonly used: number; readonly total: number }
  readonly disk?: { readonly used: number; readonly total: number }
  readonly bootedAt?: string
  readonly bootTookSeconds?: number
  readonly configStaged?: boolean
  readonly etcdLeader?: boolean
  readonly etcdSilent?: true
}

/** One row of the fleet, from what the node has told. Absent stays absent. */
export function summarise(
  context: ContextName,
  address: NodeAddress,
  cache: ResourceCache,
  readings: NodeReadings,
): NodeSummary {
  const hostname = textField(cache.one(HOSTNAME, 'hostname')?.spec, 'hostname')
  const stage = stageOf(cache)
  const kubernetesVersion = kubernetesVersionOf(cache)
  const schematic = schematicOf(cache)
  const role = roleOf(cache)
  return {
    context,
    address,
    role,
    reach: readings.reach,
    diagnostics: cache
      .all(DIAGNOSTIC)
      .map((found) => ({ id: found.id, message: textField(found.spec, 'message') ?? found.id })),
    ...present('hostname', hostname),
    ...present('lastReadAt', readings.lastReadAt),
    ...present('stage', stage),
    ...present('talosVersion', readings.talosVersion),
    ...present('kubernetesVersion', kubernetesVersion),
    ...present('schematic', schematic),
    ...present('cpuPercent', readings.cpuPercent),
    ...present('memory', readings.memory),
    ...present('disk', readings.disk),
    ...present('bootedAt', readings.bootedAt),
    ...present('bootTookSeconds', readings.bootTookSeconds),
    ...present('configStaged', readings.configStaged),
    ...present('etcdSilent', readings.etcdSilent),
    ...present('etcd', readings.etcdLeader === undefined ? undefined : { leader: readings.etcdLeader }),
  }
}

/** `{ name: value }`, or nothing when there is no value: `exactOptionalPropertyTypes` has no room for `undefined`. */
export function present<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>)
}

/** Stage and readiness (behaviour.md §3.5). An unknown stage name of a newer Talos becomes `unknown`. */
export function stageOf(cache: ResourceCache): StageReport | undefined {
  const spec = cache.one(MACHINE_STATUS, 'machine')?.spec
  const told = textField(spec, 'stage')
  if (told === undefined) return undefined
  const name: Stage = StageSchema.safeParse(told).data ?? 'unknown'
  return {
    name,
    ready: flagField(spec, 'status', 'ready') ?? false,
    unmet: listField(spec, 'status', 'unmetConditions').map((unmet) => ({
      name: textField(unmet, 'name') ?? '',
      reason: textField(unmet, 'reason') ?? '',
    })),
  }
}

/** The spec of `MachineTypes` is a bare string. */
function roleOf(cache: ResourceCache): NodeRole {
  const spec = cache.one(MACHINE_TYPE, 'machine-type')?.spec
  return spec === 'controlplane' || spec === 'worker' || spec === 'init' ? spec : 'unknown'
}

/** From the kubelet's image: `ghcr.io/siderolabs/kubelet:v1.36.3` (a `-fat` or `-slim` suffix is left out). */
function kubernetesVersionOf(cache: ResourceCache): string | undefined {
  const image = textField(cache.one(KUBELET_SPEC, 'kubelet')?.spec, 'image')
  return image === undefined ? undefined : /:(v\d+\.\d+\.\d+)/.exec(image)?.[1]
}

/** Extensions, the pseudo extension `schematic` giving the id (behaviour.md §3.4). */
export function schematicOf(cache: ResourceCache): Schematic | undefined {
  const told = cache.all(EXTENSION)
  if (told.length === 0) return undefined
  const extensions: { name: string; version: string }[] = []
  let id: string | undefined
  for (const { spec } of told) {
    const name = textField(spec, 'metadata', 'name')
    const version = textField(spec, 'metadata', 'version') ?? ''
    if (name === 'schematic') id = version
    else if (name !== undefined) extensions.push({ name, version })
  }
  return { extensions, ...present('id', id) }
}
