import { createHash } from 'node:crypto'
import type { SimulatedMachine } from '../machine-api.ts'
import type { ContainerInfo } from '../../talos/generated/machine/ContainerInfo.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { ProcessInfo } from '../../talos/generated/machine/ProcessInfo.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { Methods } from './call.ts'
import { specsOf } from './machine-facts.ts'

const MIB = 1024 * 1024

/** Resident MiB and threads of what Talos runs; services without a program of their own are missing. */
const PROGRAMS: Readonly<
  Record<string, { readonly command: string; readonly mib: number; readonly threads: number }>
> = {
  machined: { command: '/sbin/init', mib: 96, threads: 14 },
  udevd: { command: '/sbin/systemd-udevd', mib: 12, threads: 1 },
  dashboard: { command: '/sbin/dashboard', mib: 52, threads: 12 },
  containerd: { command: '/bin/containerd', mib: 48, threads: 14 },
  cri: { command: '/bin/containerd', mib: 84, threads: 22 },
  apid: { command: '/apid', mib: 44, threads: 12 },
  trustd: { command: '/trustd', mib: 30, threads: 10 },
  etcd: { command: '/usr/local/bin/etcd', mib: 118, threads: 16 },
  kubelet: { command: '/usr/local/bin/kubelet', mib: 92, threads: 20 },
}

/** Services that live in containers of namespace `system`. */
const CONTAINERS: ReadonlySet<string> = new Set(['apid', 'trustd', 'etcd', 'kubelet'])

const POD_PROGRAMS: Readonly<Record<string, number>> = {
  'kube-apiserver': 380,
  'kube-controller-manager': 104,
  'kube-scheduler': 58,
}

interface Running {
  readonly id: string
  readonly pid: number
  readonly command: string
  readonly mib: number
  readonly threads: number
}

/** What runs now: services in state Running, and on a control plane with a running kubelet the static pods. */
function runningOf(machine: SimulatedMachine): readonly Running[] {
  const services = machine
    .services()
    .filter(({ state }) => state === 'Running')
    .flatMap(({ id }) => {
      const program = PROGRAMS[id]
      return program ? [{ id, pid: id === 'machined' ? 1 : pidOf(machine, id), ...program }] : []
    })
  return services
}

function podsOf(machine: SimulatedMachine): readonly (Running & { readonly pod: string })[] {
  return specsOf(machine, 'k8s', 'StaticPodStatuses.kubernetes.talos.dev').flatMap(({ id }) => {
    const [name, mib] = Object.entries(POD_PROGRAMS).find(([program]) => id.includes(program)) ?? []
    if (name === undefined || mib === undefined) return []
    return [
      { id: name, pod: id, pid: pidOf(machine, id), command: `/usr/local/bin/${name}`, mib, threads: 14 },
    ]
  })
}

export function processesOf(machine: SimulatedMachine): readonly ProcessInfo[] {
  const { cpu } = machine.load()
  const all = [...runningOf(machine), ...podsOf(machine)]
  const weight = all.reduce((sum, { mib }) => sum + mib, 0)
  return all.map(({ id, pid, command, mib, threads }) => ({
    pid,
    ppid: pid === 1 ? 0 : 1,
    state: 'S',
    threads,
    cpuTime: ((cpu.user + cpu.system) * mib) / Math.max(1, weight),
    virtualMemory: mib * MIB * 12,
    residentMemory: mib * MIB,
    command: command.split('/').at(-1) ?? id,
    executable: command,
    args: command,
    label: '',
  }))
}

/** Containers and their figures, by containerd namespace as a node lists them. */
export const containerMethods: Methods<MachineServiceHandlers> = {
  Containers: ({ namespace, driver }, { machine }) => ({
    messages: [{ containers: containersOf(machine, namespace, driver).map(({ info }) => info) }],
  }),
  Stats: ({ namespace, driver }, { machine }) => {
    const { cpu } = machine.load()
    const listed = containersOf(machine, namespace, driver).filter(({ mib }) => mib > 0)
    const weight = listed.reduce((sum, { mib }) => sum + mib, 0)
    return {
      messages: [
        {
          stats: listed.map(({ info, mib }) => ({
            namespace,
            id: info.id ?? '',
            podId: info.podId ?? '',
            name: info.name ?? '',
            memoryUsage: mib * MIB,
            cpuUsage: Math.floor((((cpu.user + cpu.system) * mib) / Math.max(1, weight)) * 1e9),
          })),
        },
      ],
    }
  },
}

interface Listed {
  readonly info: ContainerInfo
  readonly mib: number
}

function containersOf(machine: SimulatedMachine, namespace: string, driver: string): readonly Listed[] {
  if (namespace === '') throw new SimulatedStatus(Code.INVALID_ARGUMENT, "namespace can't be empty")
  if (driver === 'CRI' && namespace !== 'k8s.io')
    throw new Error('CRI inspector is supported only for K8s namespace')
  if (namespace === 'system')
    return runningOf(machine)
      .filter(({ id }) => CONTAINERS.has(id))
      .map(({ id, pid, mib }) => ({
        mib,
        info: {
          namespace,
          id,
          podId: id,
          name: id,
          internalId: id,
          image: imageOf(machine, id),
          pid,
          status: 'RUNNING',
        },
      }))
  if (namespace !== 'k8s.io') return []
  return podsOf(machine).flatMap((pod) => {
    const internalId = hashOf(machine, pod.pod)
    const shared = { namespace, podId: pod.pod, internalId, status: 'CONTAINER_RUNNING' }
    return [
      {
        mib: 0,
        info: { ...shared, id: pod.pod, name: pod.pod, image: '', pid: pod.pid - 1, status: 'SANDBOX_READY' },
      },
      {
        mib: pod.mib,
        info: {
          ...shared,
          id: `${pod.pod}:${pod.id}:${internalId.slice(0, 12)}`,
          name: pod.id,
          image: imageOf(machine, pod.id),
          pid: pod.pid,
        },
      },
    ]
  })
}

function imageOf(machine: SimulatedMachine, id: string): string {
  return machine.images().find(({ name }) => name.includes(`/${id}:`))?.name ?? ''
}

/** The same for the length of a boot, another after it. */
function pidOf(machine: SimulatedMachine, id: string): number {
  return 1200 + (Number.parseInt(hashOf(machine, id).slice(0, 6), 16) % 6000)
}

function hashOf(machine: SimulatedMachine, id: string): string {
  return createHash('sha256').update(`${machine.bootId} ${id}`).digest('hex')
}
