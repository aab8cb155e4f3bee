import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { BootIDSpec as _talos_resource_definitions_runtime_BootIDSpec, BootIDSpec__Output as _talos_resource_definitions_runtime_BootIDSpec__Output } from './talos/resource/definitions/runtime/BootIDSpec.ts';
import type { BootedEntrySpec as _talos_resource_definitions_runtime_BootedEntrySpec, BootedEntrySpec__Output as _talos_resource_definitions_runtime_BootedEntrySpec__Output } from './talos/resource/definitions/runtime/BootedEntrySpec.ts';
import type { DiagnosticSpec as _talos_resource_definitions_runtime_DiagnosticSpec, DiagnosticSpec__Output as _talos_resource_definitions_runtime_DiagnosticSpec__Output } from './talos/resource/definitions/runtime/DiagnosticSpec.ts';
import type { ImageFactorySchematicSpec as _talos_resource_definitions_runtime_ImageFactorySchematicSpec, ImageFactorySchematicSpec__Output as _talos_resource_definitions_runtime_ImageFactorySchematicSpec__Output } from './talos/resource/definitions/runtime/ImageFactorySchematicSpec.ts';
import type { KernelCmdlineSpec as _talos_resource_definitions_runtime_KernelCmdlineSpec, KernelCmdlineSpec__Output as _talos_resource_definitions_runtime_KernelCmdlineSpec__Output } from './talos/resource/definitions/runtime/KernelCmdlineSpec.ts';
import type { KernelModuleStatusSpec as _talos_resource_definitions_runtime_KernelModuleStatusSpec, KernelModuleStatusSpec__Output as _talos_resource_definitions_runtime_KernelModuleStatusSpec__Output } from './talos/resource/definitions/runtime/KernelModuleStatusSpec.ts';
import type { KernelParamStatusSpec as _talos_resource_definitions_runtime_KernelParamStatusSpec, KernelParamStatusSpec__Output as _talos_resource_definitions_runtime_KernelParamStatusSpec__Output } from './talos/resource/definitions/runtime/KernelParamStatusSpec.ts';
import type { LoadedKernelModuleSpec as _talos_resource_definitions_runtime_LoadedKernelModuleSpec, LoadedKernelModuleSpec__Output as _talos_resource_definitions_runtime_LoadedKernelModuleSpec__Output } from './talos/resource/definitions/runtime/LoadedKernelModuleSpec.ts';
import type { MachineStatusSpec as _talos_resource_definitions_runtime_MachineStatusSpec, MachineStatusSpec__Output as _talos_resource_definitions_runtime_MachineStatusSpec__Output } from './talos/resource/definitions/runtime/MachineStatusSpec.ts';
import type { MachineStatusStatus as _talos_resource_definitions_runtime_MachineStatusStatus, MachineStatusStatus__Output as _talos_resource_definitions_runtime_MachineStatusStatus__Output } from './talos/resource/definitions/runtime/MachineStatusStatus.ts';
import type { MetaKeySpec as _talos_resource_definitions_runtime_MetaKeySpec, MetaKeySpec__Output as _talos_resource_definitions_runtime_MetaKeySpec__Output } from './talos/resource/definitions/runtime/MetaKeySpec.ts';
import type { MountStatusSpec as _talos_resource_definitions_runtime_MountStatusSpec, MountStatusSpec__Output as _talos_resource_definitions_runtime_MountStatusSpec__Output } from './talos/resource/definitions/runtime/MountStatusSpec.ts';
import type { PlatformMetadataSpec as _talos_resource_definitions_runtime_PlatformMetadataSpec, PlatformMetadataSpec__Output as _talos_resource_definitions_runtime_PlatformMetadataSpec__Output } from './talos/resource/definitions/runtime/PlatformMetadataSpec.ts';
import type { SecurityStateSpec as _talos_resource_definitions_runtime_SecurityStateSpec, SecurityStateSpec__Output as _talos_resource_definitions_runtime_SecurityStateSpec__Output } from './talos/resource/definitions/runtime/SecurityStateSpec.ts';
import type { UnattendedInstallStatusSpec as _talos_resource_definitions_runtime_UnattendedInstallStatusSpec, UnattendedInstallStatusSpec__Output as _talos_resource_definitions_runtime_UnattendedInstallStatusSpec__Output } from './talos/resource/definitions/runtime/UnattendedInstallStatusSpec.ts';
import type { UnmetCondition as _talos_resource_definitions_runtime_UnmetCondition, UnmetCondition__Output as _talos_resource_definitions_runtime_UnmetCondition__Output } from './talos/resource/definitions/runtime/UnmetCondition.ts';
import type { VersionSpec as _talos_resource_definitions_runtime_VersionSpec, VersionSpec__Output as _talos_resource_definitions_runtime_VersionSpec__Output } from './talos/resource/definitions/runtime/VersionSpec.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  talos: {
    resource: {
      definitions: {
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
        runtime: {
          BootIDSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_BootIDSpec, _talos_resource_definitions_runtime_BootIDSpec__Output>
          BootedEntrySpec: MessageTypeDefinition<_talos_resource_definitions_runtime_BootedEntrySpec, _talos_resource_definitions_runtime_BootedEntrySpec__Output>
          DiagnosticSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_DiagnosticSpec, _talos_resource_definitions_runtime_DiagnosticSpec__Output>
          ImageFactorySchematicSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_ImageFactorySchematicSpec, _talos_resource_definitions_runtime_ImageFactorySchematicSpec__Output>
          KernelCmdlineSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_KernelCmdlineSpec, _talos_resource_definitions_runtime_KernelCmdlineSpec__Output>
          KernelModuleStatusSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_KernelModuleStatusSpec, _talos_resource_definitions_runtime_KernelModuleStatusSpec__Output>
          KernelParamStatusSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_KernelParamStatusSpec, _talos_resource_definitions_runtime_KernelParamStatusSpec__Output>
          LoadedKernelModuleSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_LoadedKernelModuleSpec, _talos_resource_definitions_runtime_LoadedKernelModuleSpec__Output>
          MachineStatusSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_MachineStatusSpec, _talos_resource_definitions_runtime_MachineStatusSpec__Output>
          MachineStatusStatus: MessageTypeDefinition<_talos_resource_definitions_runtime_MachineStatusStatus, _talos_resource_definitions_runtime_MachineStatusStatus__Output>
          MetaKeySpec: MessageTypeDefinition<_talos_resource_definitions_runtime_MetaKeySpec, _talos_resource_definitions_runtime_MetaKeySpec__Output>
          MountStatusSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_MountStatusSpec, _talos_resource_definitions_runtime_MountStatusSpec__Output>
          PlatformMetadataSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_PlatformMetadataSpec, _talos_resource_definitions_runtime_PlatformMetadataSpec__Output>
          SecurityStateSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_SecurityStateSpec, _talos_resource_definitions_runtime_SecurityStateSpec__Output>
          UnattendedInstallStatusSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_UnattendedInstallStatusSpec, _talos_resource_definitions_runtime_UnattendedInstallStatusSpec__Output>
          UnmetCondition: MessageTypeDefinition<_talos_resource_definitions_runtime_UnmetCondition, _talos_resource_definitions_runtime_UnmetCondition__Output>
          VersionSpec: MessageTypeDefinition<_talos_resource_definitions_runtime_VersionSpec, _talos_resource_definitions_runtime_VersionSpec__Output>
        }
      }
    }
  }
}

