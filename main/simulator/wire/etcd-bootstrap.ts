import { createHash } from 'node:crypto'
import type { BootstrapRequest__Output } from '../../talos/generated/machine/BootstrapRequest.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { CallContext } from './call.ts'
import { checkControlPlane } from './machine-identity.ts'

/**
 * The first member of an etcd, empty or from an uploaded snapshot; behaviour.md §7.2.
 * @throws as a node refuses: not far enough, not a control plane, has data, no or no sound snapshot
 */
export function bootstrapEtcd(
  { recoverEtcd, recoverSkipHashCheck }: BootstrapRequest__Output,
  context: CallContext,
): void {
  checkControlPlane(context, 'bootstrap')
  const { cluster, machine } = context
  const { hostname } = machine.spec
  const etcd = machine.services().find(({ id }) => id === 'etcd')
  if (cluster.etcd.progress(hostname) === 'has data')
    throw new SimulatedStatus(Code.ALREADY_EXISTS, 'etcd data directory is not empty')
  if (etcd?.state !== 'Preparing' || cluster.etcd.members().length > 0)
    // A new control plane joins the etcd there is; a second cluster beside it is nothing these machines can be.
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'bootstrap is not available yet')
  if (recoverEtcd) checkSnapshot(cluster.etcd.uploaded(hostname), recoverSkipHashCheck)
  cluster.etcd.bootstrap(hostname)
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
