// Original file: protos/machine/storage.proto

import type { Long } from '@grpc/proto-loader';

export interface StorageServiceStatfsResponse {
  'size'?: (number | string | Long);
  'used'?: (number | string | Long);
  'available'?: (number | string | Long);
  'inodes'?: (number | string | Long);
  'inodesUsed'?: (number | string | Long);
  'inodesFree'?: (number | string | Long);
}

export interface StorageServiceStatfsResponse__Output {
  'size': (string);
  'used': (string);
  'available': (string);
  'inodes': (string);
  'inodesUsed': (string);
  'inodesFree': (string);
}
