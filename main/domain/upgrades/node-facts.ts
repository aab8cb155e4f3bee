import type { NodeRole, StageReport } from '#contract/nodes.ts'
import type { EtcdReading } from '../etcd/quorum.ts'
import type { NodeVersion } from '../nodes/talos-port.ts'
import type { Known } from './known.ts'

export interface SchematicFacts {
  /** 64 hex digits; absent on a node booted from plain images. */
  readonly id?: string
  /** Its YAML, where the node carries it. */
  readonly content?: string
  readonly factoryUrl?: string
  readonly extensions: readonly { readonly name: string; readonly version: string }[]
}

/** What an upgrade needs of the MachineConfig, and nothing else of it. */
export interface InstallFacts {
  /** Resource version of the active config. */
  readonly version: string
  readonly image?: string
  readonly extraKernelArgs: readonly string[]
  /** Absent counts as false: kernel arguments then come from the config on GRUB nodes (behaviour.md §5.8). */
  readonly grubUsesUkiCmdline: boolean
  /** The config on disk is another one; absent where the node does not show both. */
  readonly staged?: boolean
  /** The documents with every value but `kind` and `name` taken out: what keys there are, and no secret. */
  readonly shape: readonly unknown[]
}

/** Bytes. */
export interface MemoryFacts {
  readonly total: number
  /** Filesystem on /var. */
  readonly ephemeral?: { readonly size: number; readonly available: number }
}

/** A partition of the system disk that boot files live on. */
export interface BootPartition {
  readonly label: 'EFI' | 'BOOT'
  /** Bytes. */
  readonly size: number
}

/** A sequence that the node says it started and not that it ended (behaviour.md §5.4). */
export interface OpenSequence {
  readonly sequence: string
  readonly phase?: string
  /** It refused another one meanwhile. */
  readonly locked?: boolean
}

export interface Diagnostic {
  readonly id: string
  readonly message: string
}

export interface KubernetesNode {
  readonly name: string
  readonly ready: boolean
  readonly unschedulable: boolean
}

/** Another control plane of the cluster, as far as it answered. */
export interface Peer {
  readonly hostname: string
  readonly address: string
  readonly stage: Known<StageReport>
}

/** One node as it was read at one moment. `undefined` inside a known fact: the node has no such thing. */
export interface NodeFacts {
  readonly node: string
  readonly version: Known<NodeVersion>
  readonly hostname: Known<string | undefined>
  readonly role: Known<NodeRole>
  readonly stage: Known<StageReport | undefined>
  readonly bootId: Known<string>
  readonly schematic: Known<SchematicFacts>
  readonly kernelCmdline: Known<string | undefined>
  readonly security: Known<{ readonly secureBoot: boolean; readonly uki: boolean | undefined } | undefined>
  /** UKI file name; systemd-boot and 1.11+ only. */
  readonly bootedEntry: Known<string | undefined>
  /** The configuration told the kernel to load no other one (`kernel.kexec_load_disabled`). */
  readonly kexecOff?: Known<boolean | undefined>
  readonly kubernetes: Known<string | undefined>
  readonly kubernetesNode: Known<KubernetesNode | undefined>
  /** `Talos (v1.14.0)`, as Kubernetes tells it; absent where nobody asked Kubernetes. */
  readonly kubernetesImage?: Known<string>
  readonly timeInSync: Known<boolean | undefined>
  readonly install: Known<InstallFacts | undefined>
  readonly userVolumes: Known<readonly string[]>
  /** Control planes only. */
  readonly etcd?: Known<EtcdReading>
  readonly peers?: Known<readonly Peer[]>
}

/** What a plan asks besides: whether anything could stand in the way. */
export interface PlanFacts extends NodeFacts {
  readonly memory: Known<MemoryFacts>
  readonly bootPartitions: Known<readonly BootPartition[]>
  readonly diagnostics: Known<readonly Diagnostic[]>
  /** `undefined`: none runs. */
  readonly sequence: Known<OpenSequence | undefined>
}

export function isControlPlane(role: NodeRole): boolean {
  return role === 'controlplane' || role === 'init'
}
