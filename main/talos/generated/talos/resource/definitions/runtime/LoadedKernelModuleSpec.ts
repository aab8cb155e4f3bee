// Original file: protos/resource/definitions/runtime_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface LoadedKernelModuleSpec {
  'size'?: (number | string | Long);
  'referenceCount'?: (number | string | Long);
  'dependencies'?: (string)[];
  'state'?: (string);
  'address'?: (string);
}

export interface LoadedKernelModuleSpec__Output {
  'size': (string);
  'referenceCount': (string);
  'dependencies': (string)[];
  'state': (string);
  'address': (string);
}
