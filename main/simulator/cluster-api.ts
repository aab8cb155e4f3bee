/** The seam of what the machines of one cluster share; `machine-api.ts` is that of a single one. */
import type { SimulatedMachine } from './machine-api.ts'

export interface RunningPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly address: string
  readonly hostNetwork: boolean
  readonly containers: readonly {
    readonly name: string
    readonly image: string
    /** 64 hex digits, as containerd names it; another one after each restart. */
    readonly id: string
    /** Milliseconds since 1970. */
    readonly startedAt: number
  }[]
}

/** What machines ask of the Kubernetes they run. Implemented in kubernetes/. */
export interface ClusterKubernetes {
  /**
   * Evicts what a draining node evicts and waits for it, five minutes at most.
   * @param say gets the lines the node logs
   * @throws `signal.reason` and nothing else
   */
  drain(node: string, say: (line: string) => void, signal: AbortSignal): Promise<void>
  /** The pods whose containers run on a node, by its name; those of namespace kube-system first. */
  podsOn(node: string): readonly RunningPod[]
  /**
   * SIGTERM to one container, which the kubelet starts again: counted on the pod, not ready for a moment.
   * @returns false when there is no such container
   */
  restartContainer(id: string): boolean
  /** Whether an app of kube-system has its pods ready; `absent` when there is none. */
  systemApp(label: 'kube-proxy' | 'kube-dns'): 'ready' | 'absent' | { readonly notReady: readonly string[] }
  /** Whether storage has a part on that node. */
  holdsVolumes(node: string): boolean
  /**
   * A disruption budget over the pod that holds the node's volumes, until it is let go: the trouble `drain-blocked-by-pdb`.
   * @throws when the node holds none
   */
  holdVolumes(node: string, held: boolean): void
  /**
   * What the node holds of volumes is rebuilt for as long: the trouble `storage-degraded`.
   * @throws when the node holds none
   */
  holdRebuild(node: string, held: boolean): void
}

/** What machines of one cluster share: etcd, discovery, certificates, a registry. Implemented in machine/cluster-state.ts. */
export interface ClusterState {
  readonly name: string
  readonly endpoint: string
  /** Set once Kubernetes runs. */
  readonly kubernetes?: ClusterKubernetes | undefined
  machines(): readonly SimulatedMachine[]
  /** By address, hostname or node name. */
  find(target: string): SimulatedMachine | undefined
  etcd: {
    /** As a node sees them: one that was bootstrapped beside the others is alone. The cluster's own unless told otherwise. */
    members(seenFrom?: string): readonly {
      readonly id: string
      readonly hostname: string
      readonly peerUrls: readonly string[]
      readonly clientUrls: readonly string[]
      readonly learner: boolean
    }[]
    statusOf(hostname: string): {
      readonly memberId: string
      readonly dbSize: number
      readonly dbSizeInUse: number
      readonly leader: string
      readonly raftIndex: number
      readonly raftTerm: number
      readonly errors: readonly string[]
      readonly learner: boolean
      readonly storageVersion: string
    }
    /** `3.6`: what all members of the cluster that node sees understand, which is the oldest one's. */
    version(seenFrom: string): string
    alarms(): readonly { readonly memberId: string; readonly alarm: 'NOSPACE' | 'CORRUPT' }[]
    /** Ends all alarms; returns those that were on. One comes back while its member has no room. */
    disarm(): readonly { readonly memberId: string; readonly alarm: 'NOSPACE' | 'CORRUPT' }[]
    /** Gives the room back that deleted revisions took in that member's file. */
    defragment(hostname: string): void
    /** Why etcd lets nobody take that member out, in its words; undefined when it does. */
    objection(memberId: string): string | undefined
    /** Takes a member out for good: until its data is gone it cannot come back. To be asked for its objection before. */
    removeMember(memberId: string): void
    forfeit(hostname: string): string | undefined
    snapshot(): Buffer
    healthy(hostname: string): boolean
    /** `MAJOR.MINOR` a downgrade was enabled to; undefined while none is. */
    downgrade: string | undefined
    /**
     * Where the etcd of a control plane is: it `waits` in its pre stage for a cluster to join or to be bootstrapped,
     * `joins` one and has no data yet, or has data of its own.
     */
    progress(hostname: string): 'waits' | 'joins' | 'has data'
    /** A snapshot to start from, kept until it is used. */
    upload(hostname: string, snapshot: Buffer): void
    uploaded(hostname: string): Buffer | undefined
    /** Makes the etcd that waits or joins there the first member of a new one, beside the one there is. */
    bootstrap(hostname: string): void
  }
}
