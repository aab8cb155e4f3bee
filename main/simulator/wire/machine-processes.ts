import { createHash } from 'node:crypto'
import type { SimulatedMachine } from '../machine-api.ts'
import type { ProcessInfo } from '../../talos/generated/machine/ProcessInfo.ts'

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
export const SERVICE_CONTAINERS: ReadonlySet<string> = new Set(['apid', 'trustd', 'etcd', 'kubelet'])

export interface Running {
  readonly id: string
  readonly pid: number
  readonly command: string
  readonly mib: number
  readonly threads: number
}

/** Services in state Running that have a program of their own. */
export function runningServices(machine: SimulatedMachine): readonly Running[] {
  const services = machine
    .services()
    .filter(({ state }) => state === 'Running')
    .flatMap(({ id, pid }) => {
      const program = PROGRAMS[id]
      // The one that its service's events tell, too.
      return program ? [{ id, pid: id === 'machined' ? 1 : pid, ...program }] : []
    })
  return services
}

/** @param pods what containers run besides */
export function processesOf(
  machine: SimulatedMachine,
  pods: readonly { readonly name: string; readonly pid: number; readonly mib: number }[],
): readonly ProcessInfo[] {
  const { cpu } = machine.load()
  const all: readonly Running[] = [
    ...runningServices(machine),
    ...pods.map(({ name, pid, mib }) => ({
      id: name,
      pid,
      mib,
      command: `/usr/local/bin/${name}`,
      threads: 14,
    })),
  ]
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

/** Of what runs in a pod: the same for the length of a boot, another after it. */
export function pidOf(machine: SimulatedMachine, id: string): number {
  return 1200 + (Number.parseInt(hashOf(machine, id).slice(0, 6), 16) % 6000)
}

function hashOf(machine: SimulatedMachine, id: string): string {
  return createHash('sha256').update(`${machine.bootId} ${id}`).digest('hex')
}
