// Original file: protos/resource/definitions/block_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface DiskSpec {
  'size'?: (number | string | Long);
  'ioSize'?: (number | string | Long);
  'sectorSize'?: (number | string | Long);
  'readonly'?: (boolean);
  'model'?: (string);
  'serial'?: (string);
  'modalias'?: (string);
  'wwid'?: (string);
  'busPath'?: (string);
  'subSystem'?: (string);
  'transport'?: (string);
  'rotational'?: (boolean);
  'cdrom'?: (boolean);
  'devPath'?: (string);
  'prettySize'?: (string);
  'secondaryDisks'?: (string)[];
  'uuid'?: (string);
  'symlinks'?: (string)[];
  'firmwareVersion'?: (string);
}

export interface DiskSpec__Output {
  'size': (string);
  'ioSize': (string);
  'sectorSize': (string);
  'readonly': (boolean);
  'model': (string);
  'serial': (string);
  'modalias': (string);
  'wwid': (string);
  'busPath': (string);
  'subSystem': (string);
  'transport': (string);
  'rotational': (boolean);
  'cdrom': (boolean);
  'devPath': (string);
  'prettySize': (string);
  'secondaryDisks': (string)[];
  'uuid': (string);
  'symlinks': (string)[];
  'firmwareVersion': (string);
}
