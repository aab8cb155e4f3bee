/** Kubernetes objects as the API server holds them: never changed in place, a change is a new object. */

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface Metadata {
  readonly name: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid: string
  /** Given by the store. */
  readonly resourceVersion?: string
  readonly generation?: number
  /** RFC 3339 without fractions, as all times here. */
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly ManagedFields[]
}

/** Which fields a manager has set by server-side apply. */
export interface ManagedFields {
  readonly manager: string
  readonly operation: 'Apply'
  readonly apiVersion: string
  readonly time: string
  readonly fieldsType: 'FieldsV1'
  readonly fieldsV1: Readonly<Record<string, unknown>>
}

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastHeartbeatTime?: string
  readonly lastTransitionTime: string
}

export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule'
  readonly timeAdded?: string
}

export interface Toleration {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: Taint['effect']
  readonly tolerationSeconds?: number
}

export interface KubeNode extends KubeObject {
  readonly kind: 'Node'
  readonly spec: {
    readonly podCIDR?: string
    readonly podCIDRs?: readonly string[]
    readonly unschedulable?: boolean
    readonly taints?: readonly Taint[]
  }
  readonly status: {
    readonly capacity: Readonly<Record<string, string>>
    readonly allocatable: Readonly<Record<string, string>>
    readonly conditions: readonly Condition[]
    readonly addresses: readonly { readonly type: string; readonly address: string }[]
    readonly daemonEndpoints: { readonly kubeletEndpoint: { readonly Port: number } }
    readonly nodeInfo: Readonly<Record<string, string>>
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
  readonly ready: boolean
  readonly started: boolean
  readonly restartCount: number
  readonly state: {
    readonly running?: { readonly startedAt: string }
    readonly waiting?: { readonly reason: string }
  }
  readonly lastState: {
    readonly terminated?: {
      readonly exitCode: number
      readonly reason: string
      readonly startedAt: string
      readonly finishedAt: string
    }
  }
}

export interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly image: string }[]
  readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[]
  readonly nodeName?: string
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly hostNetwork?: boolean
  readonly restartPolicy: 'Always'
  readonly terminationGracePeriodSeconds: number
  readonly serviceAccountName: string
  readonly priorityClassName?: string
  readonly schedulerName: string
  readonly tolerations: readonly Toleration[]
}

export interface Pod extends KubeObject {
  readonly kind: 'Pod'
  readonly spec: PodSpec
  readonly status: {
    readonly phase: 'Pending' | 'Running'
    readonly conditions: readonly Condition[]
    readonly hostIP?: string
    readonly hostIPs?: readonly { readonly ip: string }[]
    readonly podIP?: string
    readonly podIPs?: readonly { readonly ip: string }[]
    readonly startTime?: string
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly qosClass: string
  }
}

export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: Omit<PodSpec, 'nodeName'>
}

/** Of a Deployment: whether enough of it runs, and how its rollout goes. */
export interface WorkloadCondition {
  readonly type: 'Available' | 'Progressing'
  readonly status: 'True' | 'False'
  readonly lastUpdateTime: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

/** Counts by their names, and of a Deployment its conditions. */
type WorkloadStatus = Readonly<
  Partial<
    Record<
      | 'observedGeneration'
      | 'replicas'
      | 'fullyLabeledReplicas'
      | 'readyReplicas'
      | 'availableReplicas'
      | 'unavailableReplicas'
      | 'updatedReplicas'
      | 'currentReplicas'
      | 'currentNumberScheduled'
      | 'desiredNumberScheduled'
      | 'numberMisscheduled'
      | 'numberReady'
      | 'updatedNumberScheduled'
      | 'numberAvailable'
      | 'numberUnavailable',
      number
    >
  >
> & { readonly conditions?: readonly WorkloadCondition[] }

/** Deployment, ReplicaSet, StatefulSet and DaemonSet; `replicas` is absent in the last. */
export interface Workload extends KubeObject {
  readonly kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet'
  readonly spec: {
    readonly replicas?: number
    readonly serviceName?: string
    readonly selector: LabelSelector
    readonly template: PodTemplate
  }
  readonly status: WorkloadStatus
}

export interface PodDisruptionBudget extends KubeObject {
  readonly kind: 'PodDisruptionBudget'
  readonly spec: {
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
    readonly selector: LabelSelector
    readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow'
  }
  readonly status: {
    readonly observedGeneration: number
    readonly disruptionsAllowed: number
    readonly currentHealthy: number
    readonly desiredHealthy: number
    readonly expectedPods: number
  }
}

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace'
  readonly spec: { readonly finalizers: readonly string[] }
  readonly status: { readonly phase: 'Active' }
}

/** A kind the simulation keeps and shows and does not act upon: its fields are those of whoever wrote it. */
export type OtherObject = KubeObject & Readonly<Record<string, unknown>>

/** Kinds of Kubernetes itself that are only kept. */
export const KEPT = [
  'configmaps',
  'secrets',
  'services',
  'serviceaccounts',
  'persistentvolumes',
  'persistentvolumeclaims',
  'clusterroles',
  'clusterrolebindings',
  'roles',
  'rolebindings',
  'customresourcedefinitions',
] as const

/** Kinds of storage systems; served only while their CustomResourceDefinition is there. */
export const CUSTOM = ['volumes', 'replicas', 'settings', 'cephclusters', 'clusters'] as const

type Kept = Readonly<Record<(typeof KEPT)[number] | (typeof CUSTOM)[number], OtherObject>>

/** What the API server has, by the name in its paths. */
export interface Kinds extends Kept {
  readonly nodes: KubeNode
  readonly pods: Pod
  readonly namespaces: Namespace
  readonly deployments: Workload
  readonly replicasets: Workload
  readonly statefulsets: Workload
  readonly daemonsets: Workload
  readonly poddisruptionbudgets: PodDisruptionBudget
}

export type Plural = keyof Kinds

/** Milliseconds to Kubernetes' form of a time. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}

export function conditionOf(
  object: { readonly status: { readonly conditions: readonly Condition[] } },
  type: string,
): Condition | undefined {
  return object.status.conditions.find((condition) => condition.type === type)
}

export function isReady(object: { readonly status: { readonly conditions: readonly Condition[] } }): boolean {
  return conditionOf(object, 'Ready')?.status === 'True'
}

/** The one owner that looks after it. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller)
}

/** A mirror pod stands for a static one that only its kubelet governs. */
export function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}
