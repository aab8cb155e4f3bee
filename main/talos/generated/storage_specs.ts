import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { LVMLogicalVolumeSpecSpec as _talos_resource_definitions_storage_LVMLogicalVolumeSpecSpec, LVMLogicalVolumeSpecSpec__Output as _talos_resource_definitions_storage_LVMLogicalVolumeSpecSpec__Output } from './talos/resource/definitions/storage/LVMLogicalVolumeSpecSpec.ts';
import type { LVMLogicalVolumeStatusSpec as _talos_resource_definitions_storage_LVMLogicalVolumeStatusSpec, LVMLogicalVolumeStatusSpec__Output as _talos_resource_definitions_storage_LVMLogicalVolumeStatusSpec__Output } from './talos/resource/definitions/storage/LVMLogicalVolumeStatusSpec.ts';
import type { LVMPhysicalVolumeSpecSpec as _talos_resource_definitions_storage_LVMPhysicalVolumeSpecSpec, LVMPhysicalVolumeSpecSpec__Output as _talos_resource_definitions_storage_LVMPhysicalVolumeSpecSpec__Output } from './talos/resource/definitions/storage/LVMPhysicalVolumeSpecSpec.ts';
import type { LVMPhysicalVolumeStatusSpec as _talos_resource_definitions_storage_LVMPhysicalVolumeStatusSpec, LVMPhysicalVolumeStatusSpec__Output as _talos_resource_definitions_storage_LVMPhysicalVolumeStatusSpec__Output } from './talos/resource/definitions/storage/LVMPhysicalVolumeStatusSpec.ts';
import type { LVMRefreshRequestSpec as _talos_resource_definitions_storage_LVMRefreshRequestSpec, LVMRefreshRequestSpec__Output as _talos_resource_definitions_storage_LVMRefreshRequestSpec__Output } from './talos/resource/definitions/storage/LVMRefreshRequestSpec.ts';
import type { LVMValidationErrorSpec as _talos_resource_definitions_storage_LVMValidationErrorSpec, LVMValidationErrorSpec__Output as _talos_resource_definitions_storage_LVMValidationErrorSpec__Output } from './talos/resource/definitions/storage/LVMValidationErrorSpec.ts';
import type { LVMVolumeGroupSpecSpec as _talos_resource_definitions_storage_LVMVolumeGroupSpecSpec, LVMVolumeGroupSpecSpec__Output as _talos_resource_definitions_storage_LVMVolumeGroupSpecSpec__Output } from './talos/resource/definitions/storage/LVMVolumeGroupSpecSpec.ts';
import type { LVMVolumeGroupStatusSpec as _talos_resource_definitions_storage_LVMVolumeGroupStatusSpec, LVMVolumeGroupStatusSpec__Output as _talos_resource_definitions_storage_LVMVolumeGroupStatusSpec__Output } from './talos/resource/definitions/storage/LVMVolumeGroupStatusSpec.ts';
import type { MDArrayStatusSpec as _talos_resource_definitions_storage_MDArrayStatusSpec, MDArrayStatusSpec__Output as _talos_resource_definitions_storage_MDArrayStatusSpec__Output } from './talos/resource/definitions/storage/MDArrayStatusSpec.ts';

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
        storage: {
          LVMLogicalVolumeSpecSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMLogicalVolumeSpecSpec, _talos_resource_definitions_storage_LVMLogicalVolumeSpecSpec__Output>
          LVMLogicalVolumeStatusSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMLogicalVolumeStatusSpec, _talos_resource_definitions_storage_LVMLogicalVolumeStatusSpec__Output>
          LVMPhysicalVolumeSpecSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMPhysicalVolumeSpecSpec, _talos_resource_definitions_storage_LVMPhysicalVolumeSpecSpec__Output>
          LVMPhysicalVolumeStatusSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMPhysicalVolumeStatusSpec, _talos_resource_definitions_storage_LVMPhysicalVolumeStatusSpec__Output>
          LVMRefreshRequestSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMRefreshRequestSpec, _talos_resource_definitions_storage_LVMRefreshRequestSpec__Output>
          LVMValidationErrorSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMValidationErrorSpec, _talos_resource_definitions_storage_LVMValidationErrorSpec__Output>
          LVMVolumeGroupSpecSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMVolumeGroupSpecSpec, _talos_resource_definitions_storage_LVMVolumeGroupSpecSpec__Output>
          LVMVolumeGroupStatusSpec: MessageTypeDefinition<_talos_resource_definitions_storage_LVMVolumeGroupStatusSpec, _talos_resource_definitions_storage_LVMVolumeGroupStatusSpec__Output>
          MDArrayStatusSpec: MessageTypeDefinition<_talos_resource_definitions_storage_MDArrayStatusSpec, _talos_resource_definitions_storage_MDArrayStatusSpec__Output>
        }
      }
    }
  }
}

