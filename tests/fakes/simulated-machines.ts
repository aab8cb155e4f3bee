import { join } from 'node:path'
import type { MachineSpec, SimulatedMachine } from '../../main/simulator/machine-api.ts'
import type { ClusterSecrets } from '../../main/simulator/secrets-api.ts'
import { createManualClock, type ManualClock } from '../../main/simulator/machine/clock.ts'
import { createClusterState } from '../../main/simulator/machine/cluster-state.ts'
import type { ClusterWorld } from '../../main/simulator/machine/core.ts'
import { createMachine } from '../../main/simulator/machine/create-machine.ts'
import { createRandom } from '../../main/simulator/machine/random.ts'
import { createResourceStore } from '../../main/simulator/wire/resource-store.ts'

export interface SimulatedMachines {
  readonly clock: ManualClock
  readonly cluster: ClusterWorld
  readonly machines: readonly SimulatedMachine[]
  /** The first one. */
  readonly machine: SimulatedMachine
}

/** Not PEM: the machine side only carries these texts into its configs. */
const pair = { crt: 'certificate', key: 'key' }
const SECRETS: ClusterSecrets = {
  os: pair,
  etcd: pair,
  kubernetes: pair,
  aggregator: pair,
  serviceAccountKey: 'service account key',
  clusterId: 'Y2x1c3Rlci1pZA==',
  clusterSecret: 'Y2x1c3Rlci1zZWNyZXQ=',
  bootstrapToken: 'abcdef.0123456789abcdef',
  trustdToken: 'fedcba.fedcba9876543210',
  secretboxSecret: 'c2VjcmV0Ym94',
}

export type MachineChoice = Partial<MachineSpec> & Pick<MachineSpec, 'talos'>

/** Machines without a wire, on a clock that only the test moves. They are off; not `instant` ones boot at its pace. */
export function simulatedMachines(
  choices: readonly MachineChoice[],
  seed = 7,
  instant = true,
): SimulatedMachines {
  const clock = createManualClock()
  const random = createRandom(seed)
  const cluster = createClusterState({ name: 'cupboard', endpoint: 'https://10.5.0.2:6443', clock, random })
  const machines = choices.map((choice, at) =>
    createMachine(
      {
        hostname: `node-${at + 1}`,
        address: `10.5.0.${2 + at}`,
        port: 50000,
        role: 'controlplane',
        bootLoader: 'systemd-boot',
        extensions: ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools'],
        kernelArguments: [],
        diskBytes: 500_107_862_016,
        memoryBytes: 16 * 2 ** 30,
        cores: 6,
        ...choice,
      },
      {
        clock,
        random,
        store: createResourceStore(clock),
        cluster,
        secrets: SECRETS,
        instant,
        schemaDir: join(import.meta.dirname, '../../resources/config-schema'),
      },
    ),
  )
  const [machine] = machines
  if (!machine) throw new Error('no machine asked for')
  return { clock, cluster, machines, machine }
}

/** The same, switched on: running and ready. */
export async function runningMachines(
  choices: readonly MachineChoice[],
  seed?: number,
): Promise<SimulatedMachines> {
  const made = simulatedMachines(choices, seed)
  for (const machine of made.machines) await machine.powerOn()
  return made
}
