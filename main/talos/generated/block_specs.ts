import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from './google/protobuf/Duration.ts';
import type { DeviceSpec as _talos_resource_definitions_block_DeviceSpec, DeviceSpec__Output as _talos_resource_definitions_block_DeviceSpec__Output } from './talos/resource/definitions/block/DeviceSpec.ts';
import type { DiscoveredVolumeSpec as _talos_resource_definitions_block_DiscoveredVolumeSpec, DiscoveredVolumeSpec__Output as _talos_resource_definitions_block_DiscoveredVolumeSpec__Output } from './talos/resource/definitions/block/DiscoveredVolumeSpec.ts';
import type { DiskSpec as _talos_resource_definitions_block_DiskSpec, DiskSpec__Output as _talos_resource_definitions_block_DiskSpec__Output } from './talos/resource/definitions/block/DiskSpec.ts';
import type { MountRequestSpec as _talos_resource_definitions_block_MountRequestSpec, MountRequestSpec__Output as _talos_resource_definitions_block_MountRequestSpec__Output } from './talos/resource/definitions/block/MountRequestSpec.ts';
import type { MountSpec as _talos_resource_definitions_block_MountSpec, MountSpec__Output as _talos_resource_definitions_block_MountSpec__Output } from './talos/resource/definitions/block/MountSpec.ts';
import type { MountStatusSpec as _talos_resource_definitions_block_MountStatusSpec, MountStatusSpec__Output as _talos_resource_definitions_block_MountStatusSpec__Output } from './talos/resource/definitions/block/MountStatusSpec.ts';
import type { ParameterSpec as _talos_resource_definitions_block_ParameterSpec, ParameterSpec__Output as _talos_resource_definitions_block_ParameterSpec__Output } from './talos/resource/definitions/block/ParameterSpec.ts';
import type { SymlinkProvisioningSpec as _talos_resource_definitions_block_SymlinkProvisioningSpec, SymlinkProvisioningSpec__Output as _talos_resource_definitions_block_SymlinkProvisioningSpec__Output } from './talos/resource/definitions/block/SymlinkProvisioningSpec.ts';
import type { SystemDiskSpec as _talos_resource_definitions_block_SystemDiskSpec, SystemDiskSpec__Output as _talos_resource_definitions_block_SystemDiskSpec__Output } from './talos/resource/definitions/block/SystemDiskSpec.ts';
import type { TPMEncryptionOptionsInfo as _talos_resource_definitions_block_TPMEncryptionOptionsInfo, TPMEncryptionOptionsInfo__Output as _talos_resource_definitions_block_TPMEncryptionOptionsInfo__Output } from './talos/resource/definitions/block/TPMEncryptionOptionsInfo.ts';
import type { VolumeStatusSpec as _talos_resource_definitions_block_VolumeStatusSpec, VolumeStatusSpec__Output as _talos_resource_definitions_block_VolumeStatusSpec__Output } from './talos/resource/definitions/block/VolumeStatusSpec.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Duration: MessageTypeDefinition<_google_protobuf_Duration, _google_protobuf_Duration__Output>
    }
  }
  talos: {
    resource: {
      definitions: {
        block: {
          DeviceSpec: MessageTypeDefinition<_talos_resource_definitions_block_DeviceSpec, _talos_resource_definitions_block_DeviceSpec__Output>
          DiscoveredVolumeSpec: MessageTypeDefinition<_talos_resource_definitions_block_DiscoveredVolumeSpec, _talos_resource_definitions_block_DiscoveredVolumeSpec__Output>
          DiskSpec: MessageTypeDefinition<_talos_resource_definitions_block_DiskSpec, _talos_resource_definitions_block_DiskSpec__Output>
          MountRequestSpec: MessageTypeDefinition<_talos_resource_definitions_block_MountRequestSpec, _talos_resource_definitions_block_MountRequestSpec__Output>
          MountSpec: MessageTypeDefinition<_talos_resource_definitions_block_MountSpec, _talos_resource_definitions_block_MountSpec__Output>
          MountStatusSpec: MessageTypeDefinition<_talos_resource_definitions_block_MountStatusSpec, _talos_resource_definitions_block_MountStatusSpec__Output>
          ParameterSpec: MessageTypeDefinition<_talos_resource_definitions_block_ParameterSpec, _talos_resource_definitions_block_ParameterSpec__Output>
          SymlinkProvisioningSpec: MessageTypeDefinition<_talos_resource_definitions_block_SymlinkProvisioningSpec, _talos_resource_definitions_block_SymlinkProvisioningSpec__Output>
          SystemDiskSpec: MessageTypeDefinition<_talos_resource_definitions_block_SystemDiskSpec, _talos_resource_definitions_block_SystemDiskSpec__Output>
          TPMEncryptionOptionsInfo: MessageTypeDefinition<_talos_resource_definitions_block_TPMEncryptionOptionsInfo, _talos_resource_definitions_block_TPMEncryptionOptionsInfo__Output>
          VolumeStatusSpec: MessageTypeDefinition<_talos_resource_definitions_block_VolumeStatusSpec, _talos_resource_definitions_block_VolumeStatusSpec__Output>
        }
        enums: {
          BlockEncryptionProviderType: EnumTypeDefinition
          BlockFSParameterType: EnumTypeDefinition
          BlockFilesystemType: EnumTypeDefinition
          BlockVolumePhase: EnumTypeDefinition
          BlockVolumeType: EnumTypeDefinition
          MachineType: EnumTypeDefinition
          NethelpersADLACPActive: EnumTypeDefinition
          NethelpersADSelect: EnumTypeDefinition
          NethelpersARPAllTargets: EnumTypeDefinition
          NethelpersARPValidate: EnumTypeDefinition
          NethelpersAddressSortAlgorithm: EnumTypeDefinition
          NethelpersBondMode: EnumTypeDefinition
          NethelpersBondXmitHashPolicy: EnumTypeDefinition
          NethelpersDNSProtocol: EnumTypeDefinition
          NethelpersDuplex: EnumTypeDefinition
          NethelpersFailOverMAC: EnumTypeDefinition
          NethelpersFamily: EnumTypeDefinition
          NethelpersLACPRate: EnumTypeDefinition
          NethelpersLinkType: EnumTypeDefinition
          NethelpersOperationalState: EnumTypeDefinition
          NethelpersPort: EnumTypeDefinition
          NethelpersPrimaryReselect: EnumTypeDefinition
          NethelpersRouteProtocol: EnumTypeDefinition
          NethelpersRouteType: EnumTypeDefinition
          NethelpersRoutingTable: EnumTypeDefinition
          NethelpersScope: EnumTypeDefinition
          NethelpersVLANProtocol: EnumTypeDefinition
          RuntimeFIPSState: EnumTypeDefinition
          RuntimeKernelModuleState: EnumTypeDefinition
          RuntimeKernelModuleType: EnumTypeDefinition
          RuntimeMachineStage: EnumTypeDefinition
          RuntimeSELinuxState: EnumTypeDefinition
          RuntimeUnattendedInstallPhase: EnumTypeDefinition
          StorageLVMLogicalVolumeType: EnumTypeDefinition
          StorageMDArrayPhase: EnumTypeDefinition
          StorageMDLevel: EnumTypeDefinition
        }
      }
    }
  }
}

