import type { Workload } from './objects.ts'

/** One thing that runs in the simulated home lab. */
export interface App {
  readonly kind: Exclude<Workload['kind'], 'ReplicaSet'>
  readonly namespace: string
  readonly name: string
  /** Absent for a DaemonSet. */
  readonly replicas?: number
  readonly labels: Readonly<Record<string, string>>
  readonly containers: readonly { readonly name: string; readonly image: string }[]
  readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[]
  readonly hostNetwork?: boolean
  readonly priorityClassName?: string
  readonly graceSeconds?: number
  /** A budget of that many available pods goes with it. */
  readonly minAvailable?: number
}

export const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  home: {},
  'kube-node-lease': {},
  'kube-public': {},
  'kube-system': {},
  // Talos enforces the baseline; Longhorn needs more (behaviour.md §15).
  'longhorn-system': { 'pod-security.kubernetes.io/enforce': 'privileged' },
  traefik: {},
}

/** What people put into the cluster; Talos' own part comes from its manifests. */
export function appsOf(): readonly App[] {
  return [...storageApps(), ...homeApps()]
}

function storageApps(): readonly App[] {
  const app = (name: string) => ({ namespace: 'longhorn-system', name, labels: { app: name } })
  return [
    {
      ...app('longhorn-manager'),
      kind: 'DaemonSet',
      containers: [{ name: 'longhorn-manager', image: 'longhornio/longhorn-manager:v1.9.1' }],
    },
    {
      ...app('longhorn-csi-plugin'),
      kind: 'DaemonSet',
      containers: [
        { name: 'node-driver-registrar', image: 'longhornio/csi-node-driver-registrar:v2.14.0' },
        { name: 'longhorn-csi-plugin', image: 'longhornio/longhorn-manager:v1.9.1' },
      ],
      volumes: [{ name: 'plugin-dir', hostPath: { path: '/var/lib/kubelet/plugins/driver.longhorn.io' } }],
    },
    {
      ...app('csi-attacher'),
      kind: 'Deployment',
      replicas: 2,
      containers: [{ name: 'csi-attacher', image: 'longhornio/csi-attacher:v4.9.0' }],
    },
    {
      ...app('longhorn-ui'),
      kind: 'Deployment',
      replicas: 1,
      containers: [{ name: 'longhorn-ui', image: 'longhornio/longhorn-ui:v1.9.1' }],
      volumes: [{ name: 'nginx-cache', emptyDir: {} }],
    },
  ]
}

function homeApps(): readonly App[] {
  const app = (name: string) => ({
    namespace: 'home',
    name,
    labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name },
  })
  const claim = (name: string) => ({ name, persistentVolumeClaim: { claimName: name } })
  return [
    {
      ...app('immich-server'),
      kind: 'Deployment',
      replicas: 1,
      containers: [{ name: 'server', image: 'ghcr.io/immich-app/immich-server:v2.3.1' }],
      volumes: [claim('immich-library')],
    },
    {
      ...app('immich-machine-learning'),
      kind: 'Deployment',
      replicas: 1,
      containers: [{ name: 'machine-learning', image: 'ghcr.io/immich-app/immich-machine-learning:v2.3.1' }],
      volumes: [{ name: 'cache', emptyDir: {} }],
    },
    {
      ...app('immich-postgres'),
      kind: 'StatefulSet',
      replicas: 1,
      containers: [
        { name: 'postgres', image: 'ghcr.io/immich-app/postgres:14-vectorchord0.4.3-pgvectors0.2.0' },
      ],
      volumes: [claim('immich-postgres')],
    },
    {
      ...app('jellyfin'),
      kind: 'Deployment',
      replicas: 1,
      containers: [{ name: 'jellyfin', image: 'jellyfin/jellyfin:10.11.3' }],
      volumes: [claim('jellyfin-config'), { name: 'transcode', emptyDir: { sizeLimit: '20Gi' } }],
    },
    {
      kind: 'Deployment',
      namespace: 'traefik',
      name: 'traefik',
      replicas: 2,
      labels: { 'app.kubernetes.io/name': 'traefik', 'app.kubernetes.io/instance': 'traefik-traefik' },
      containers: [{ name: 'traefik', image: 'docker.io/traefik:v3.6.2' }],
      volumes: [{ name: 'data', emptyDir: {} }],
      graceSeconds: 60,
      minAvailable: 1,
    },
  ]
}

export const INSTANCE_MANAGER = {
  namespace: 'longhorn-system',
  image: 'longhornio/longhorn-instance-manager:v1.9.1',
} as const
