// Original file: protos/resource/definitions/storage_specs.proto

import type { StorageLVMLogicalVolumeType as _talos_resource_definitions_enums_StorageLVMLogicalVolumeType, StorageLVMLogicalVolumeType__Output as _talos_resource_definitions_enums_StorageLVMLogicalVolumeType__Output } from '../../../../talos/resource/definitions/enums/StorageLVMLogicalVolumeType.ts';
import type { Long } from '@grpc/proto-loader';

export interface LVMLogicalVolumeSpecSpec {
  'vgName'?: (string);
  'name'?: (string);
  'type'?: (_talos_resource_definitions_enums_StorageLVMLogicalVolumeType);
  'sizeBytes'?: (number | string | Long);
  'sizePercentVg'?: (number);
  'mirrors'?: (number);
  'stripes'?: (number);
}

export interface LVMLogicalVolumeSpecSpec__Output {
  'vgName': (string);
  'name': (string);
  'type': (_talos_resource_definitions_enums_StorageLVMLogicalVolumeType__Output);
  'sizeBytes': (string);
  'sizePercentVg': (number);
  'mirrors': (number);
  'stripes': (number);
}
