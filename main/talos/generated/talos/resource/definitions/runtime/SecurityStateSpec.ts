// Original file: protos/resource/definitions/runtime_specs.proto

import type { RuntimeSELinuxState as _talos_resource_definitions_enums_RuntimeSELinuxState, RuntimeSELinuxState__Output as _talos_resource_definitions_enums_RuntimeSELinuxState__Output } from '../../../../talos/resource/definitions/enums/RuntimeSELinuxState.ts';
import type { RuntimeFIPSState as _talos_resource_definitions_enums_RuntimeFIPSState, RuntimeFIPSState__Output as _talos_resource_definitions_enums_RuntimeFIPSState__Output } from '../../../../talos/resource/definitions/enums/RuntimeFIPSState.ts';

export interface SecurityStateSpec {
  'secureBoot'?: (boolean);
  'ukiSigningKeyFingerprint'?: (string);
  'pcrSigningKeyFingerprint'?: (string);
  'seLinuxState'?: (_talos_resource_definitions_enums_RuntimeSELinuxState);
  'bootedWithUki'?: (boolean);
  'fipsState'?: (_talos_resource_definitions_enums_RuntimeFIPSState);
  'moduleSignatureEnforced'?: (boolean);
}

export interface SecurityStateSpec__Output {
  'secureBoot': (boolean);
  'ukiSigningKeyFingerprint': (string);
  'pcrSigningKeyFingerprint': (string);
  'seLinuxState': (_talos_resource_definitions_enums_RuntimeSELinuxState__Output);
  'bootedWithUki': (boolean);
  'fipsState': (_talos_resource_definitions_enums_RuntimeFIPSState__Output);
  'moduleSignatureEnforced': (boolean);
}
