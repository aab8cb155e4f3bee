import type { NodeDetail, StageReport } from '#contract/nodes.ts'
import type { FollowedNode } from './follow-node.ts'
import { hideLooseSecrets } from './loose-secrets.ts'
import {
  BOOTED_ENTRY,
  DISK,
  KERNEL_CMDLINE,
  NODE_ADDRESS,
  NODE_STATUS,
  NODENAME,
  PLATFORM_METADATA,
  PROCESSOR,
  SECURITY_STATE,
  SYSTEM_DISK,
  SYSTEM_INFORMATION,
} from './resource-types.ts'
import { flagField, listField, numberField, textField } from './spec-fields.ts'
import { present } from './summarise.ts'

/** What started it, as far as resources or files tell; the command line as it is, secrets and all. */
export interface BootReading {
  readonly loader?: 'grub' | 'systemd-boot'
  /** `A`, `Talos-v1.10.9.efi` */
  readonly entry?: string
  readonly cmdline?: string
}

/** What the overview needs that is read by calls, not watched. */
export interface DetailReadings {
  readonly bootId?: string
  readonly kernel?: string
  readonly arch?: string
  readonly boot?: BootReading
  readonly samples: NodeDetail['samples']
}

/** Conditions that apply to each role, in the order Talos checks them (behaviour.md §3.5). */
const CONDITIONS = {
  controlplane: ['time', 'network', 'services', 'staticPods', 'nodeReady'],
  worker: ['time', 'network', 'services', 'nodeReady'],
} as const

export function detailOf(followed: FollowedNode, readings: DetailReadings): NodeDetail {
  const { cache } = followed
  const node = followed.summary()
  const system = cache.first(SYSTEM_INFORMATION)?.spec
  const processor = cache.first(PROCESSOR)?.spec
  const security = cache.first(SECURITY_STATE)?.spec
  const bootedEntry = textField(cache.first(BOOTED_ENTRY)?.spec, 'bootedEntry')
  const { boot } = readings
  const cmdline = textField(cache.first(KERNEL_CMDLINE)?.spec, 'cmdline') ?? boot?.cmdline
  const usesUki = bootedEntry !== undefined || flagField(security, 'bootedWithUKI') === true
  const label = bootedEntry ?? boot?.entry
  const nodename = textField(cache.one(NODENAME, 'nodename')?.spec, 'nodename')
  return {
    node,
    samples: readings.samples,
    slots: slotsOf(node.talosVersion, node.schematic?.id, label),
    conditions: conditionsOf(node.role === 'worker' ? 'worker' : 'controlplane', node.stage),
    addresses: listField(cache.one(NODE_ADDRESS, 'current')?.spec, 'addresses').filter(
      (a): a is string => typeof a === 'string',
    ),
    ...present('uuid', textField(system, 'uuid')),
    ...present('machine', join(textField(system, 'manufacturer'), textField(system, 'productName'))),
    ...present('serial', textField(system, 'serialnumber')),
    ...present('processor', textField(processor, 'productName')),
    ...present('cores', numberField(processor, 'coreCount')),
    ...present('memoryBytes', node.memory?.total),
    ...present('systemDisk', systemDiskOf(followed)),
    ...present('platform', textField(cache.first(PLATFORM_METADATA)?.spec, 'platform')),
    ...present('arch', readings.arch),
    ...present('secureBoot', flagField(security, 'secureBoot')),
    ...present('bootId', readings.bootId),
    ...present('kernel', readings.kernel),
    ...present('kernelCmdline', cmdline === undefined ? undefined : hideLooseSecrets(cmdline)),
    ...present('bootLoader', usesUki ? 'systemd-boot' : boot?.loader),
    ...present('nodename', nodename),
    ...present(
      'kubernetesReady',
      nodename === undefined ? undefined : flagField(cache.one(NODE_STATUS, nodename)?.spec, 'nodeReady'),
    ),
  }
}

/** Talos tells only of unmet conditions, and only while booting or running; in other stages none is known. */
function conditionsOf(
  role: keyof typeof CONDITIONS,
  stage: StageReport | undefined,
): NodeDetail['conditions'] {
  if (stage === undefined || (stage.name !== 'booting' && stage.name !== 'running')) return []
  const names = new Set<string>([...CONDITIONS[role], ...stage.unmet.map(({ name }) => name)])
  return [...names].map((name) => {
    const unmet = stage.unmet.find((found) => found.name === name)
    return { name, met: unmet === undefined, reason: unmet?.reason ?? '' }
  })
}

function systemDiskOf({ cache }: FollowedNode): NodeDetail['systemDisk'] {
  const id = textField(cache.first(SYSTEM_DISK)?.spec, 'diskID')
  const disk = id === undefined ? undefined : cache.one(DISK, id)?.spec
  if (id === undefined || disk === undefined) return undefined
  return { device: id, size: textField(disk, 'pretty_size') ?? '', model: textField(disk, 'model') ?? '' }
}

/** The node tells which slot runs. What the other holds is known only from what was installed through this app. */
function slotsOf(
  talosVersion: string | undefined,
  schematicId: string | undefined,
  label: string | undefined,
): NodeDetail['slots'] {
  if (talosVersion === undefined || label === undefined) return []
  return [{ label, running: true, talosVersion, ...present('schematicId', schematicId) }]
}

function join(...words: readonly (string | undefined)[]): string | undefined {
  const said = words.filter((word) => word !== undefined)
  return said.length === 0 ? undefined : said.join(' ')
}
