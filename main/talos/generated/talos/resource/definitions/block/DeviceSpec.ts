// Original file: protos/resource/definitions/block_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface DeviceSpec {
  'type'?: (string);
  'major'?: (number | string | Long);
  'minor'?: (number | string | Long);
  'partitionName'?: (string);
  'partitionNumber'?: (number | string | Long);
  'generation'?: (number | string | Long);
  'devicePath'?: (string);
  'parent'?: (string);
  'secondaries'?: (string)[];
}

export interface DeviceSpec__Output {
  'type': (string);
  'major': (string);
  'minor': (string);
  'partitionName': (string);
  'partitionNumber': (string);
  'generation': (string);
  'devicePath': (string);
  'parent': (string);
  'secondaries': (string)[];
}
