// Original file: protos/resource/definitions/storage_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface LVMRefreshRequestSpec {
  'request'?: (number | string | Long);
}

export interface LVMRefreshRequestSpec__Output {
  'request': (string);
}
