import type { ClusterState } from '../cluster-api.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'

/** The legacy upgrade's rule (behaviour.md §5.2): one member may, two may not, more only when all are healthy. */
export function checkEtcdForUpgrade({ etcd }: Pick<ClusterState, 'etcd'>): void {
  const members = etcd.members()
  if (members.length === 2)
    throw refused('etcd member count(2) is insufficient to maintain quorum if upgrade commences')
  if (members.length < 3) return
  for (const { id, hostname, clientUrls } of members) {
    if (clientUrls.length === 0)
      throw refused(`etcd member ${id} is not started, all members must be running to perform an upgrade`)
    if (!etcd.healthy(hostname))
      throw refused(`etcd member ${id} is not healthy; all members must be healthy to perform an upgrade`)
  }
}

function refused(reason: string): SimulatedStatus {
  return new SimulatedStatus(Code.UNKNOWN, `error validating etcd for upgrade: ${reason}`)
}
