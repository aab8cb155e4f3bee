import { createHash } from 'node:crypto'
import type { BootstrapRequest__Output } from '../../talos/generated/machine/BootstrapRequest.ts'
import { Code, type SimulatedMachine, SimulatedStatus } from '../machine-api.ts'
import type { CallContext } from './call.ts'
import { asText, specOf } from './machine-facts.ts'
import { checkControlPlane } from './machine-identity.ts'
import { minorOf } from './talos-version.ts'

/** Milliseconds for which the call waits for the clock, and between two looks at it. */
const PATIENCE = 5000
const LOOK = 250

/**
 * The first member of an etcd, empty or from an uploaded snapshot; behaviour.md §7.2. The order of the refusals is that
 * of the handler: whether it is early enough comes before what the machine is.
 * @throws as a node refuses: not far enough, not a control plane, has data, no or no sound snapshot
 */
export async function bootstrapEtcd(
  { recoverEtcd, recoverSkipHashCheck }: BootstrapRequest__Output,
  context: CallContext,
): Promise<void> {
  const { cluster, machine, signal } = context
  const minor = minorOf(machine.talosVersion)
  const { hostname, role } = machine.spec
  if (!isAllowed(machine))
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'bootstrap is not available yet')
  if (minor < 13 && role !== 'controlplane')
    throw new SimulatedStatus(
      Code.FAILED_PRECONDITION,
      'bootstrap can only be performed on a control plane node',
    )
  checkControlPlane(context, 'bootstrap')
  if (minor >= 14 && machine.configSecrets?.etcd.crt === '')
    throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'etcd is not configured, bootstrap is not possible')
  await clockIsRight(machine, signal)
  if (cluster.etcd.progress(hostname) === 'has data')
    throw new SimulatedStatus(Code.ALREADY_EXISTS, 'etcd data directory is not empty')
  const phase = unfinishedInstall(machine)
  // Only where the phase changed while the clock was waited for; before, the first refusal catches it.
  if (phase !== undefined)
    throw new Error(`bootstrap is not allowed during unattended install (phase: ${phase})`)
  if (recoverEtcd) checkSnapshot(cluster.etcd.uploaded(hostname), recoverSkipHashCheck)
  cluster.etcd.bootstrap(hostname)
}

/** containerd for pods runs and is well, and (1.14) nothing is being installed. */
function isAllowed(machine: SimulatedMachine): boolean {
  const services = machine.services()
  const cri = services.find(({ id }) => id === 'cri')
  const etcd = services.find(({ id }) => id === 'etcd')
  // Where a control plane has got so far that its etcd could be told, that has been set up too.
  const isFar = machine.spec.role !== 'controlplane' || etcd !== undefined
  return cri?.state === 'Running' && cri.health.healthy && isFar && unfinishedInstall(machine) === undefined
}

function unfinishedInstall(machine: SimulatedMachine): string | undefined {
  const status = specOf(
    machine,
    'runtime',
    'UnattendedInstallStatuses.runtime.talos.dev',
    'unattended-install',
  )
  const phase = asText(status?.['phase'])
  return phase === '' || phase === 'installed' ? undefined : phase
}

async function clockIsRight(machine: SimulatedMachine, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited <= PATIENCE; waited += LOOK) {
    const status = specOf(machine, 'runtime', 'TimeStatuses.v1alpha1.talos.dev', 'node')
    if (status?.['synced'] === true || status?.['syncDisabled'] === true) return
    await machine.clock.sleep(LOOK, signal)
  }
  throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'time is not in sync yet')
}

function checkSnapshot(snapshot: Buffer | undefined, skipsHash: boolean): void {
  if (!snapshot)
    throw new Error(
      'error restoring etcd from the snapshot: stat /var/lib/etcd.snapshot: no such file or directory',
    )
  if (skipsHash) return
  // A file of a data folder has no sum behind its pages.
  if (snapshot.length % 512 !== 32)
    throw new Error(
      'error restoring etcd from the snapshot: snapshot missing hash but --skip-hash-check=false',
    )
  const body = snapshot.subarray(0, -32)
  if (!createHash('sha256').update(body).digest().equals(snapshot.subarray(-32)))
    throw new Error('error restoring etcd from the snapshot: expected sha256 does not match the snapshot')
}
