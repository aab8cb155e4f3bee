// Original file: protos/resource/definitions/time_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface StatusSpec {
  'synced'?: (boolean);
  'epoch'?: (number | string | Long);
  'syncDisabled'?: (boolean);
  'spikeDetected'?: (boolean);
  'consecutiveSpikes'?: (number | string | Long);
}

export interface StatusSpec__Output {
  'synced': (boolean);
  'epoch': (string);
  'syncDisabled': (boolean);
  'spikeDetected': (boolean);
  'consecutiveSpikes': (string);
}
