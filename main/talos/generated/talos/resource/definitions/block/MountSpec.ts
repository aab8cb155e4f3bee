// Original file: protos/resource/definitions/block_specs.proto

import type { ParameterSpec as _talos_resource_definitions_block_ParameterSpec, ParameterSpec__Output as _talos_resource_definitions_block_ParameterSpec__Output } from '../../../../talos/resource/definitions/block/ParameterSpec.ts';
import type { Long } from '@grpc/proto-loader';

export interface MountSpec {
  'targetPath'?: (string);
  'selinuxLabel'?: (string);
  'projectQuotaSupport'?: (boolean);
  'parentId'?: (string);
  'fileMode'?: (number);
  'uid'?: (number | string | Long);
  'gid'?: (number | string | Long);
  'recursiveRelabel'?: (boolean);
  'bindTarget'?: (string);
  'parameters'?: (_talos_resource_definitions_block_ParameterSpec)[];
  'secure'?: (boolean);
  'noExec'?: (boolean);
}

export interface MountSpec__Output {
  'targetPath': (string);
  'selinuxLabel': (string);
  'projectQuotaSupport': (boolean);
  'parentId': (string);
  'fileMode': (number);
  'uid': (string);
  'gid': (string);
  'recursiveRelabel': (boolean);
  'bindTarget': (string);
  'parameters': (_talos_resource_definitions_block_ParameterSpec__Output)[];
  'secure': (boolean);
  'noExec': (boolean);
}
