import { createHash } from 'node:crypto'
import type { Pod } from '../objects.ts'
import { putOther, type StorageKind, type StorageView } from './storage-view.ts'

const NAMESPACE = 'longhorn-system'
const API = 'longhorn.io/v1beta2'
const GIB = 1024 ** 3

/** Claims of the home lab and what they hold, in GiB. */
const CLAIMS = [
  ['immich-library', 200],
  ['immich-postgres', 20],
  ['jellyfin-config', 10],
] as const

interface Volume {
  readonly name: string
  readonly claim: string
  readonly bytes: number
  readonly on: readonly string[]
}

/** Longhorn's volumes, two replicas each on nodes that hold storage; with fewer than two nodes it has none. */
export function installLonghorn(view: StorageView, born: string): StorageKind {
  const { world, nodes } = view
  const { store } = world
  const volumes: readonly Volume[] =
    nodes.length < 2
      ? []
      : CLAIMS.map(([claim, size], at) => ({
          name: `pvc-${world.random.uuid()}`,
          claim,
          bytes: size * GIB,
          on: [nodes[at % nodes.length] ?? '', nodes[(at + 1) % nodes.length] ?? ''],
        }))

  for (const [name, value] of Object.entries({
    'default-replica-count': '2',
    'node-drain-policy': 'block-if-contains-last-replica',
    'node-down-pod-deletion-policy': 'do-nothing',
  }))
    putOther(world, 'settings', { apiVersion: API, kind: 'Setting', metadata: inLonghorn(name), value }, born)
  for (const volume of volumes) claimed(volume)

  function claimed({ name, claim, bytes }: Volume): void {
    const capacity = { storage: `${bytes / GIB}Gi` }
    const spec = {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'longhorn',
      volumeMode: 'Filesystem',
    }
    putOther(
      world,
      'persistentvolumes',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name },
        spec: {
          ...spec,
          capacity,
          claimRef: { kind: 'PersistentVolumeClaim', namespace: 'home', name: claim },
          csi: { driver: 'driver.longhorn.io', volumeHandle: name, fsType: 'ext4' },
          persistentVolumeReclaimPolicy: 'Delete',
        },
        status: { phase: 'Bound' },
      },
      born,
    )
    putOther(
      world,
      'persistentvolumeclaims',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: claim, namespace: 'home' },
        spec: { ...spec, volumeName: name, resources: { requests: capacity } },
        status: { phase: 'Bound', capacity, accessModes: spec.accessModes },
      },
      born,
    )
  }

  const healthyOn = ({ on }: Volume): readonly string[] =>
    on.filter((node) => view.stateOf(node) === 'healthy')

  /** Pods by the claim they use. */
  function users(): ReadonlyMap<string, Pod> {
    const found = new Map<string, Pod>()
    for (const pod of store.list('pods')) {
      if (pod.metadata.namespace !== 'home' || pod.spec.nodeName === undefined) continue
      for (const volume of pod.spec.volumes ?? []) {
        const claim = claimOf(volume)
        if (claim !== undefined && !found.has(claim)) found.set(claim, pod)
      }
    }
    return found
  }

  function publishOne(volume: Volume, user: Pod | undefined): void {
    const node = user?.spec.nodeName ?? ''
    const healthy = healthyOn(volume)
    const robustness =
      node === ''
        ? 'unknown'
        : healthy.length === volume.on.length
          ? 'healthy'
          : healthy.length > 0
            ? 'degraded'
            : 'faulted'
    putOther(
      world,
      'volumes',
      {
        apiVersion: API,
        kind: 'Volume',
        metadata: { ...inLonghorn(volume.name), labels: { longhornvolume: volume.name } },
        spec: {
          size: String(volume.bytes),
          numberOfReplicas: volume.on.length,
          frontend: 'blockdev',
          dataEngine: 'v1',
          accessMode: 'rwo',
          nodeID: node,
        },
        status: {
          state: node === '' ? 'detached' : 'attached',
          robustness,
          currentNodeID: node,
          ownerID: node === '' ? volume.on[0] : node,
          actualSize: Math.floor(volume.bytes * 0.4),
          kubernetesStatus: {
            pvName: volume.name,
            pvStatus: 'Bound',
            namespace: 'home',
            pvcName: volume.claim,
            workloadsStatus: user ? [{ podName: user.metadata.name, podStatus: user.status.phase }] : [],
          },
        },
      },
      born,
    )
    for (const on of volume.on) publishReplica(volume, on)
  }

  function publishReplica({ name, bytes }: Volume, node: string): void {
    const state = view.stateOf(node)
    const end = createHash('sha256').update(`${name} ${node}`).digest('hex').slice(0, 8)
    putOther(
      world,
      'replicas',
      {
        apiVersion: API,
        kind: 'Replica',
        metadata: {
          ...inLonghorn(`${name}-r-${end}`),
          labels: { longhornvolume: name, longhornnode: node },
        },
        spec: {
          volumeName: name,
          volumeSize: String(bytes),
          nodeID: node,
          dataEngine: 'v1',
          desireState: 'running',
          // Set once a replica holds all of the volume, empty while it is rebuilt.
          healthyAt: state === 'healthy' ? born : '',
          failedAt: state === 'away' ? born : '',
        },
        status: {
          currentState: state === 'away' ? 'stopped' : 'running',
          started: state !== 'away',
          ownerID: node,
        },
      },
      born,
    )
  }

  return {
    publish() {
      if (volumes.length === 0) return
      const using = users()
      for (const volume of volumes) publishOne(volume, using.get(volume.claim))
    },
    lastReplicas() {
      const last = volumes.map(healthyOn).filter(({ length }) => length === 1)
      return new Set(last.flat())
    },
  }
}

function inLonghorn(name: string): { readonly name: string; readonly namespace: string } {
  return { name, namespace: NAMESPACE }
}

function claimOf(volume: Readonly<Record<string, unknown>>): string | undefined {
  const claim = volume['persistentVolumeClaim'] as { readonly claimName: string } | undefined
  return claim?.claimName
}
