// Original file: protos/resource/definitions/runtime_specs.proto

import type { RuntimeUnattendedInstallPhase as _talos_resource_definitions_enums_RuntimeUnattendedInstallPhase, RuntimeUnattendedInstallPhase__Output as _talos_resource_definitions_enums_RuntimeUnattendedInstallPhase__Output } from '../../../../talos/resource/definitions/enums/RuntimeUnattendedInstallPhase.ts';

export interface UnattendedInstallStatusSpec {
  'image'?: (string);
  'phase'?: (_talos_resource_definitions_enums_RuntimeUnattendedInstallPhase);
  'error'?: (string);
}

export interface UnattendedInstallStatusSpec__Output {
  'image': (string);
  'phase': (_talos_resource_definitions_enums_RuntimeUnattendedInstallPhase__Output);
  'error': (string);
}
