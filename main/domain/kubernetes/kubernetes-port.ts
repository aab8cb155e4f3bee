/**
 * What the rules need of a cluster's Kubernetes API. `main/kubernetes/` answers over HTTPS; tests answer from memory.
 *
 * Every call takes a signal and can be repeated without harm. Failures are `TalosFailure`: `kubernetes-unreachable`
 * when no API server answers, `kubernetes-untrusted` when one answers that is not this cluster's, `not-found`,
 * `conflict`, and `kubernetes-refused` with the API server's own words for everything else it says no to.
 */
export interface KubernetesPort {
  /** `v1.36.3` */
  version(signal: AbortSignal): Promise<string>
  nodes(signal: AbortSignal): Promise<readonly KubeNode[]>
  /** Throws `not-found` where Kubernetes knows no such node. */
  node(name: string, signal: AbortSignal): Promise<KubeNode>
  /** Cordon and uncordon. */
  setUnschedulable(name: string, unschedulable: boolean, signal: AbortSignal): Promise<void>
  /** `undefined` takes an annotation away. */
  annotateNode(
    name: string,
    annotations: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<void>
  pods(of: PodSelection, signal: AbortSignal): Promise<readonly KubePod[]>
  budgets(signal: AbortSignal): Promise<readonly DisruptionBudget[]>
  /** Asks for the pod to leave, within its own grace. `gone`: that pod is no more. */
  evict(pod: PodRef, signal: AbortSignal): Promise<Eviction>
  /** Past every budget. `graceSeconds` absent: the pod's own. A pod that is no more counts as deleted. */
  deletePod(pod: PodRef, graceSeconds: number | undefined, signal: AbortSignal): Promise<void>
  /** What the storage systems found by their CRDs say of their volumes; empty where there is none. */
  storage(signal: AbortSignal): Promise<readonly StorageItem[]>
  /** How many objects there are of it; `undefined` where the API server does not serve that version of it. */
  countObjects(of: ApiResource, signal: AbortSignal): Promise<number | undefined>
  /** The object of that kind and name as it is; `undefined` where there is none. */
  readObject(like: KubeManifest, signal: AbortSignal): Promise<KubeManifest | undefined>
  /** Server-side apply as Talos' own field manager; `dryRun` works the result out and keeps everything as it is. */
  applyObject(object: KubeManifest, dryRun: boolean, signal: AbortSignal): Promise<KubeManifest>
}

/** `podgroups`, `v1alpha2`, `scheduling.k8s.io` */
export interface ApiResource {
  readonly plural: string
  readonly version: string
  readonly group: string
}

/** Any object of Kubernetes, as its YAML has it. */
export interface KubeManifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly generation?: number
    readonly [key: string]: unknown
  }
  readonly [key: string]: unknown
}

export interface KubeNode {
  readonly name: string
  readonly ready: boolean
  readonly unschedulable: boolean
  readonly controlPlane: boolean
  /** `Talos (v1.13.9)` */
  readonly osImage: string
  /** `v1.36.3` */
  readonly kubeletVersion: string
  readonly addresses: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

export interface PodSelection {
  readonly node?: string
  readonly namespace?: string
  /** `k8s-app=kube-apiserver` */
  readonly labels?: string
}

export interface PodRef {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export interface KubePod extends PodRef {
  readonly node: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly phase: string
  readonly ready: boolean
  /** Deleted, and within its grace. */
  readonly leaving: boolean
  /** Made by the kubelet from a static manifest: it cannot be evicted. */
  readonly mirror: boolean
  /** Kind of what makes it anew: `ReplicaSet`, `DaemonSet`; absent for a pod that nobody does. */
  readonly controller?: string
  /** Holds data that goes with the pod. */
  readonly emptyDir: boolean
  /** Container name to image. */
  readonly images: Readonly<Record<string, string>>
}

export interface DisruptionBudget {
  readonly namespace: string
  readonly name: string
  /** Whether the budget covers a pod of its namespace with these labels. */
  covers(labels: Readonly<Record<string, string>>): boolean
  readonly allowed: number
  readonly healthy: number
  readonly wanted: number
}

export type Eviction =
  | { readonly kind: 'evicted' }
  | { readonly kind: 'gone' }
  /** A budget allows none at this moment: ask again. */
  | { readonly kind: 'blocked'; readonly message: string }
  /** The API server will not, also later: two budgets cover the pod, a webhook denies it. */
  | { readonly kind: 'refused'; readonly message: string }

/** One volume or cluster of a storage system. */
export interface StorageItem {
  readonly system: 'Longhorn' | 'Rook-Ceph' | 'CloudNativePG'
  /** `longhorn-system/pvc-…` */
  readonly name: string
  readonly settled: boolean
  /** In the system's own words: `degraded`, `HEALTH_WARN`, `2/3 ready`. */
  readonly detail: string
}
