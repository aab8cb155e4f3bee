// Original file: protos/resource/definitions/storage_specs.proto

import type { StorageMDLevel as _talos_resource_definitions_enums_StorageMDLevel, StorageMDLevel__Output as _talos_resource_definitions_enums_StorageMDLevel__Output } from '../../../../talos/resource/definitions/enums/StorageMDLevel.ts';
import type { StorageMDArrayPhase as _talos_resource_definitions_enums_StorageMDArrayPhase, StorageMDArrayPhase__Output as _talos_resource_definitions_enums_StorageMDArrayPhase__Output } from '../../../../talos/resource/definitions/enums/StorageMDArrayPhase.ts';
import type { Long } from '@grpc/proto-loader';

export interface MDArrayStatusSpec {
  'level'?: (_talos_resource_definitions_enums_StorageMDLevel);
  'device'?: (string);
  'members'?: (string)[];
  'error'?: (string);
  'status'?: (_talos_resource_definitions_enums_StorageMDArrayPhase);
  'raidDevices'?: (number | string | Long);
  'uuid'?: (string);
  'name'?: (string);
  'metadata'?: (string);
  'arrayState'?: (string);
  'syncAction'?: (string);
}

export interface MDArrayStatusSpec__Output {
  'level': (_talos_resource_definitions_enums_StorageMDLevel__Output);
  'device': (string);
  'members': (string)[];
  'error': (string);
  'status': (_talos_resource_definitions_enums_StorageMDArrayPhase__Output);
  'raidDevices': (string);
  'uuid': (string);
  'name': (string);
  'metadata': (string);
  'arrayState': (string);
  'syncAction': (string);
}
