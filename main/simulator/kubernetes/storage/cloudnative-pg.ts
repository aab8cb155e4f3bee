import { putOther, type StorageKind, type StorageView } from './storage-view.ts'

/** One PostgreSQL cluster, an instance on each of up to three nodes that hold storage. */
export function installCloudNativePg(view: StorageView, born: string): StorageKind {
  const { world } = view
  const name = 'paperless-db'
  const nodes = view.nodes.slice(0, 3)
  return {
    publish() {
      const ready = nodes.filter((node) => view.stateOf(node) === 'healthy')
      const primary = nodes.findIndex((node) => ready.includes(node))
      putOther(
        world,
        'clusters',
        {
          apiVersion: 'postgresql.cnpg.io/v1',
          kind: 'Cluster',
          metadata: { name, namespace: 'home' },
          spec: {
            instances: nodes.length,
            imageName: 'ghcr.io/cloudnative-pg/postgresql:17.6',
            storage: { size: '20Gi' },
          },
          status: {
            instances: nodes.length,
            readyInstances: ready.length,
            currentPrimary: `${name}-${primary + 1}`,
            targetPrimary: `${name}-${primary + 1}`,
            phase:
              ready.length === nodes.length
                ? 'Cluster in healthy state'
                : 'Waiting for the instances to become active',
            instanceNames: nodes.map((_node, at) => `${name}-${at + 1}`),
          },
        },
        born,
      )
    },
  }
}
