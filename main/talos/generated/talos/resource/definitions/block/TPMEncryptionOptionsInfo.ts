// Original file: protos/resource/definitions/block_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface TPMEncryptionOptionsInfo {
  'pcRs'?: (number | string | Long)[];
  'pubKeyPcRs'?: (number | string | Long)[];
}

export interface TPMEncryptionOptionsInfo__Output {
  'pcRs': (string)[];
  'pubKeyPcRs': (string)[];
}
