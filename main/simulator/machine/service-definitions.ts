import type { MachineSpec } from '../machine-api.ts'
import { extensionService } from './schematic.ts'
import { atLeast } from './versions.ts'

/** What must hold before a service leaves Waiting, besides the services it depends on. */
export type ServiceCondition =
  'time sync' | 'network' | 'etcd spec' | 'api certificates' | `volume "${string}" to be mounted`

export interface ServiceDefinition {
  readonly id: string
  readonly dependsOn: readonly string[]
  readonly conditions: readonly ServiceCondition[]
  /** `container` words its start as a containerd task, `process` as a process, `goroutine` as machined itself. */
  readonly runner: 'container' | 'process' | 'goroutine'
  readonly command: string
  /** Milliseconds from Preparing to Running. */
  readonly startsIn: number
  /** Milliseconds from Running to the first check; `undefined` for services without a health check. */
  readonly checkedAfter: number | undefined
  /** Text of the first Preparing event. */
  readonly preparing?: string
}

type Rest = Partial<Omit<ServiceDefinition, 'id'>>

function define(id: string, rest: Rest = {}): ServiceDefinition {
  return {
    id,
    dependsOn: [],
    conditions: [],
    runner: 'process',
    command: `/usr/bin/${id}`,
    startsIn: 120,
    checkedAfter: 1000,
    ...rest,
  }
}

/** The services of that machine on that version, in the order in which they are started (behaviour.md §8.1). */
export function servicesOf(
  role: MachineSpec['role'],
  talos: string,
  extensions: readonly string[],
): readonly ServiceDefinition[] {
  const controlPlane = role === 'controlplane'
  return [
    define('machined', { runner: 'goroutine', startsIn: 5 }),
    define('udevd', { command: '/usr/bin/systemd-udevd', startsIn: 60, checkedAfter: 100 }),
    define('auditd', { runner: 'goroutine', startsIn: 5 }),
    define('syslogd', { runner: 'goroutine', dependsOn: ['machined'], startsIn: 5 }),
    define('containerd', { command: '/usr/bin/containerd', startsIn: 350 }),
    define('apid', {
      dependsOn: ['containerd'],
      conditions: ['api certificates'],
      runner: 'container',
      startsIn: atLeast(talos, '1.13') ? 180 : 420,
    }),
    define('dashboard', { command: '/usr/bin/dashboard', startsIn: 40, checkedAfter: undefined }),
    ...(atLeast(talos, '1.14') ? [define('sandboxd', { startsIn: 60 })] : []),
    define('cri', {
      dependsOn: atLeast(talos, '1.14') ? ['sandboxd'] : [],
      conditions: ['network', 'volume "/var/lib/containerd" to be mounted'],
      command: '/usr/bin/containerd',
      startsIn: 700,
    }),
    ...(controlPlane
      ? [
          define('trustd', {
            dependsOn: ['containerd'],
            conditions: ['time sync', 'network'],
            runner: 'container',
            startsIn: 350,
          }),
          define('etcd', {
            dependsOn: ['cri'],
            conditions: ['time sync', 'network', 'etcd spec', 'volume "/var/lib/etcd" to be mounted'],
            runner: 'container',
            startsIn: 1900,
            checkedAfter: 5000,
          }),
        ]
      : []),
    define('kubelet', {
      dependsOn: ['cri'],
      conditions: ['time sync', 'network', 'volume "/var/lib/kubelet" to be mounted'],
      runner: 'container',
      startsIn: 1500,
      checkedAfter: 2000,
    }),
    ...extensions.flatMap((extension) => {
      const id = extensionService(extension)
      return id
        ? [
            define(id, {
              dependsOn: ['containerd'],
              conditions: ['network'],
              runner: 'container',
              startsIn: 600,
              checkedAfter: undefined,
            }),
          ]
        : []
    }),
  ]
}

/** Started while `initialize` runs; the rest waits for `startAllServices`. */
export function isEarly(id: string, talos: string): boolean {
  const early = ['machined', 'udevd', 'auditd', 'syslogd', 'containerd', 'dashboard']
  return early.includes(id) || (id === 'apid' && atLeast(talos, '1.13'))
}

/** Stopped before an upgrade or reboot; what keeps the API alive goes last. */
export function isStoppedForUpgrade(id: string): boolean {
  return ['cri', 'etcd', 'kubelet', 'trustd', 'udevd'].includes(id) || id.startsWith('ext-')
}
