// Original file: protos/resource/definitions/runtime_specs.proto

import type { RuntimeKernelModuleType as _talos_resource_definitions_enums_RuntimeKernelModuleType, RuntimeKernelModuleType__Output as _talos_resource_definitions_enums_RuntimeKernelModuleType__Output } from '../../../../talos/resource/definitions/enums/RuntimeKernelModuleType.ts';
import type { RuntimeKernelModuleState as _talos_resource_definitions_enums_RuntimeKernelModuleState, RuntimeKernelModuleState__Output as _talos_resource_definitions_enums_RuntimeKernelModuleState__Output } from '../../../../talos/resource/definitions/enums/RuntimeKernelModuleState.ts';
import type { Long } from '@grpc/proto-loader';

export interface KernelModuleStatusSpec {
  'type'?: (_talos_resource_definitions_enums_RuntimeKernelModuleType);
  'size'?: (number | string | Long);
  'referenceCount'?: (number | string | Long);
  'dependencies'?: (string)[];
  'state'?: (_talos_resource_definitions_enums_RuntimeKernelModuleState);
  'address'?: (string);
}

export interface KernelModuleStatusSpec__Output {
  'type': (_talos_resource_definitions_enums_RuntimeKernelModuleType__Output);
  'size': (string);
  'referenceCount': (string);
  'dependencies': (string)[];
  'state': (_talos_resource_definitions_enums_RuntimeKernelModuleState__Output);
  'address': (string);
}
