// Original file: protos/resource/definitions/block_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface DiscoveredVolumeSpec {
  'size'?: (number | string | Long);
  'sectorSize'?: (number | string | Long);
  'ioSize'?: (number | string | Long);
  'name'?: (string);
  'uuid'?: (string);
  'label'?: (string);
  'blockSize'?: (number);
  'filesystemBlockSize'?: (number);
  'probedSize'?: (number | string | Long);
  'partitionUuid'?: (string);
  'partitionType'?: (string);
  'partitionLabel'?: (string);
  'partitionIndex'?: (number | string | Long);
  'type'?: (string);
  'devicePath'?: (string);
  'parent'?: (string);
  'devPath'?: (string);
  'parentDevPath'?: (string);
  'prettySize'?: (string);
  'offset'?: (number | string | Long);
}

export interface DiscoveredVolumeSpec__Output {
  'size': (string);
  'sectorSize': (string);
  'ioSize': (string);
  'name': (string);
  'uuid': (string);
  'label': (string);
  'blockSize': (number);
  'filesystemBlockSize': (number);
  'probedSize': (string);
  'partitionUuid': (string);
  'partitionType': (string);
  'partitionLabel': (string);
  'partitionIndex': (string);
  'type': (string);
  'devicePath': (string);
  'parent': (string);
  'devPath': (string);
  'parentDevPath': (string);
  'prettySize': (string);
  'offset': (string);
}
