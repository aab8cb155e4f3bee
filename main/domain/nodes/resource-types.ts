import type { ResourceKey } from './talos-port.ts'

/** The resources that the screens read (behaviour.md §3.4). Names are Talos'; the suffix `.talos.dev` is part of the type. */
function key(namespace: string, type: string): ResourceKey {
  return { namespace, type: `${type}.talos.dev` }
}

export const MACHINE_STATUS = key('runtime', 'MachineStatuses.runtime')
export const MACHINE_TYPE = key('config', 'MachineTypes.config')
export const MACHINE_CONFIG = key('config', 'MachineConfigs.config')
export const HOSTNAME = key('network', 'HostnameStatuses.net')
export const NODE_ADDRESS = key('network', 'NodeAddresses.net')
export const LINK_STATUS = key('network', 'LinkStatuses.net')
export const MEMBER = key('cluster', 'Members.cluster')
export const IDENTITY = key('cluster', 'Identities.cluster')
export const EXTENSION = key('runtime', 'ExtensionStatuses.runtime')
export const KUBELET_SPEC = key('k8s', 'KubeletSpecs.kubernetes')
export const NODE_STATUS = key('k8s', 'NodeStatuses.kubernetes')
export const NODENAME = key('k8s', 'Nodenames.kubernetes')
export const DIAGNOSTIC = key('runtime', 'Diagnostics.runtime')
export const SERVICE = key('runtime', 'Services.v1alpha1')
export const SYSTEM_INFORMATION = key('hardware', 'SystemInformations.hardware')
export const PROCESSOR = key('hardware', 'Processors.hardware')
export const MEMORY_MODULE = key('hardware', 'MemoryModules.hardware')
export const SYSTEM_DISK = key('runtime', 'SystemDisks.block')
export const DISK = key('runtime', 'Disks.block')
export const SECURITY_STATE = key('runtime', 'SecurityStates')
export const BOOTED_ENTRY = key('runtime', 'BootedEntries')
export const KERNEL_CMDLINE = key('runtime', 'KernelCmdlines.runtime')
export const PLATFORM_METADATA = key('runtime', 'PlatformMetadatas')

/** Watched on every node while the fleet is on a screen. */
export const FLEET_TYPES: readonly ResourceKey[] = [
  MACHINE_STATUS,
  MACHINE_TYPE,
  MACHINE_CONFIG,
  HOSTNAME,
  IDENTITY,
  EXTENSION,
  KUBELET_SPEC,
  NODE_STATUS,
  DIAGNOSTIC,
]

/** Watched besides on the one node whose overview is open. */
export const DETAIL_TYPES: readonly ResourceKey[] = [
  NODE_ADDRESS,
  NODENAME,
  SERVICE,
  SYSTEM_INFORMATION,
  PROCESSOR,
  MEMORY_MODULE,
  SYSTEM_DISK,
  DISK,
  SECURITY_STATE,
  BOOTED_ENTRY,
  KERNEL_CMDLINE,
  PLATFORM_METADATA,
]
