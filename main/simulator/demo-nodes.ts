import { createHash } from 'node:crypto'
import type { MachineSpec } from './machine-api.ts'

type Unplaced = Omit<MachineSpec, 'address' | 'port'>

/** What must be said of a node; the rest is that of a small home server. */
export type NodePlan = Pick<MachineSpec, 'hostname' | 'role' | 'talos'> & Partial<Unplaced>

const GIB = 1024 ** 3

const HOME_SERVER: Omit<Unplaced, 'hostname' | 'role' | 'talos'> = {
  bootLoader: 'systemd-boot',
  extensions: [],
  kernelArguments: [],
  diskBytes: 256_060_514_304,
  memoryBytes: 16 * GIB,
  cores: 4,
}

const LONGHORN = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools']

/** One for the whole cluster, such as all of the demo's Talos versions run. */
const DEMO_KUBERNETES = '1.34.1'

/** The demo's cupboard: three control planes and two workers of mixed versions and boot loaders. */
export function demoNodes(): readonly Unplaced[] {
  const cupboard: readonly NodePlan[] = [
    { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' },
    { hostname: 'bronce-2', role: 'controlplane', talos: 'v1.13.9' },
    { hostname: 'bronce-3', role: 'controlplane', talos: 'v1.14.0', contract: '1.14' },
    {
      hostname: 'estante-1',
      role: 'worker',
      talos: 'v1.13.9',
      extensions: LONGHORN,
      cores: 8,
      memoryBytes: 32 * GIB,
      diskBytes: 1_000_204_886_016,
    },
    {
      hostname: 'estante-2',
      role: 'worker',
      talos: 'v1.11.6',
      bootLoader: 'grub',
      extensions: LONGHORN,
      memoryBytes: 8 * GIB,
      diskBytes: 500_107_862_016,
    },
  ]
  return plannedNodes(cupboard.map((plan) => ({ kubernetes: DEMO_KUBERNETES, ...plan })))
}

export function plannedNodes(plans: readonly NodePlan[]): readonly Unplaced[] {
  return plans.map((plan) => ({ ...HOME_SERVER, ...plan }))
}

/** What must be said of a machine that has not been installed. */
export type SparePlan = Pick<MachineSpec, 'talos'> & Partial<Omit<Unplaced, 'role'>>

/** Without a name of their own they are called as Talos names machines: `talos-` and six characters. */
export function plannedSpares(plans: readonly SparePlan[]): readonly Unplaced[] {
  return plans.map((plan, index) => ({
    ...HOME_SERVER,
    role: 'worker',
    hostname: `talos-${createHash('sha256').update(`spare ${index}`).digest('hex').slice(0, 3)}-${createHash('sha256').update(`machine ${index}`).digest('hex').slice(0, 3)}`,
    ...plan,
  }))
}
