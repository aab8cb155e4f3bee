import type { ClusterSecrets } from '../../secrets-api.ts'

/** A MachineConfig as the node holds it: the bytes it was given, and what it reads from them. */
export interface ConfigFile {
  readonly text: string
  readonly documents: readonly ConfigDocument[]
  readonly facts: ConfigFacts
}

export interface ConfigDocument {
  /** Empty for the legacy document. */
  readonly kind: string
  readonly apiVersion: string
  readonly name: string
  /** Line of its first key, counting from 1. */
  readonly line: number
  readonly value: Readonly<Record<string, unknown>>
}

/** What the rest of the machine follows. */
export interface ConfigFacts {
  readonly machineType: 'controlplane' | 'worker' | 'unknown'
  readonly clusterName: string
  readonly endpoint: string
  /** `undefined` leaves the name to the platform. */
  readonly hostname: string | undefined
  /** The configured links, by name. */
  readonly links: readonly LinkFacts[]
  readonly nameservers: readonly string[]
  readonly searchDomains: readonly string[]
  readonly timeServers: readonly string[]
  readonly timeDisabled: boolean
  readonly kubeletImage: string
  readonly kubeletExtra: unknown
  readonly apiServer: ComponentFacts
  readonly controllerManager: ComponentFacts
  readonly scheduler: ComponentFacts
  readonly proxy: ComponentFacts & { readonly enabled: boolean }
  readonly coreDns: { readonly image: string; readonly enabled: boolean }
  /** Talos brings its own flannel; with another CNI it leaves that to others. */
  readonly flannel: boolean
  readonly dnsDomain: string
  readonly podSubnets: readonly string[]
  readonly serviceSubnets: readonly string[]
  readonly sysctls: Readonly<Record<string, string>>
  readonly kernelModules: readonly string[]
  readonly nodeLabels: Readonly<Record<string, string>>
  readonly skipNodeRegistration: boolean
  readonly discovery: boolean
  readonly userVolumes: readonly UserVolumeFacts[]
  /** 1.14: LVM and software RAID. */
  readonly volumeGroups: readonly VolumeGroupFacts[]
  readonly logicalVolumes: readonly LogicalVolumeFacts[]
  readonly arrays: readonly ArrayFacts[]
  /** An ingress firewall that leaves no way to port 50000. */
  readonly blocksApi: boolean
  /** PEM of `machine.ca`; the key is empty on workers. */
  readonly authority: { readonly crt: string; readonly key: string } | undefined
  /** All of the cluster's that it holds; empty where it holds none. */
  readonly secrets: ClusterSecrets
  /** `machine.install`: what to write on a blank machine, and where. */
  readonly installImage: string | undefined
  readonly installDisk: string | undefined
  /** What GRUB puts on the command line; `undefined` where it takes the arguments of the UKI. */
  readonly grubArguments: readonly string[] | undefined
  /** In CEL, where the disk is selected; a selector that is none has been refused before. */
  readonly installSelector: string | undefined
  /** 1.14: the document by which a blank machine installs itself while it runs on. */
  readonly unattended: UnattendedFacts | undefined
}

export interface UnattendedFacts {
  /** Empty where the image of the running system is meant. */
  readonly image: string
  /** CEL over the disks. */
  readonly selector: string
  readonly reboots: boolean
}

/** UserVolumeConfig and RawVolumeConfig. */
export interface UserVolumeFacts {
  readonly name: string
  /** What its volume and its partition are called before the name. */
  readonly prefix: 'u-' | 'r-'
  readonly type: 'partition' | 'disk' | 'directory'
  /** CEL over the disks. */
  readonly selector: string
  readonly minBytes: number
  /** Zero bytes and percent: as much as there is. */
  readonly max: { readonly bytes: number; readonly percent: number }
}

export interface VolumeGroupFacts {
  readonly name: string
  /** CEL over the discovered volumes. */
  readonly selector: string
}

export interface LogicalVolumeFacts {
  readonly group: string
  readonly name: string
  readonly layout: 'linear' | 'raid0' | 'raid1' | 'raid10'
  readonly bytes: number
  /** Of the group. */
  readonly percent: number
  /** Zero where the document says nothing. */
  readonly mirrors: number
  readonly stripes: number
}

/** Level 1 is the only one there is. */
export interface ArrayFacts {
  readonly name: string
  /** CEL over the discovered volumes. */
  readonly selector: string
  readonly metadata: '1.0' | '1.2'
}

export interface LinkFacts {
  readonly name: string
  readonly addresses: readonly string[]
  readonly gateway: string | undefined
  readonly dhcp: boolean
  readonly up: boolean
  readonly mtu: number | undefined
}

export interface ComponentFacts {
  readonly image: string
  readonly extraArgs: Readonly<Record<string, unknown>>
}
