import { putOther, type StorageKind, type StorageView } from './storage-view.ts'

/** One Rook cluster with an OSD on every node that holds storage. */
export function installCeph(view: StorageView, born: string): StorageKind {
  const { world, nodes } = view
  return {
    publish() {
      const away = nodes.filter((node) => view.stateOf(node) === 'away')
      const rebuilding = nodes.filter((node) => view.stateOf(node) === 'rebuilding')
      const isWell = away.length === 0 && rebuilding.length === 0
      const details = {
        ...(away.length > 0
          ? { OSD_DOWN: { message: `${away.length} osds down`, severity: 'HEALTH_WARN' } }
          : {}),
        ...(isWell
          ? {}
          : {
              PG_DEGRADED: {
                message: `Degraded data redundancy: ${33 * (away.length + rebuilding.length)} pgs degraded`,
                severity: 'HEALTH_WARN',
              },
            }),
      }
      putOther(
        world,
        'cephclusters',
        {
          apiVersion: 'ceph.rook.io/v1',
          kind: 'CephCluster',
          metadata: { name: 'rook-ceph', namespace: 'rook-ceph' },
          spec: {
            cephVersion: { image: 'quay.io/ceph/ceph:v19.2.3' },
            dataDirHostPath: '/var/lib/rook',
            mon: { count: 3, allowMultiplePerNode: false },
            storage: { useAllNodes: true, useAllDevices: true },
          },
          status: {
            phase: 'Ready',
            state: 'Created',
            message: 'Cluster created successfully',
            ceph: {
              // Every OSD away leaves nobody to serve: an error, no warning.
              health: isWell ? 'HEALTH_OK' : away.length === nodes.length ? 'HEALTH_ERR' : 'HEALTH_WARN',
              ...(isWell ? {} : { details }),
              lastChecked: born,
            },
          },
        },
        born,
      )
    },
  }
}
