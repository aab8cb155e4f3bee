// Original file: protos/resource/definitions/k8s_specs.proto

import type { NetIPPrefix as _common_NetIPPrefix, NetIPPrefix__Output as _common_NetIPPrefix__Output } from '../../../../common/NetIPPrefix.ts';

export interface NodeStatusSpec {
  'nodename'?: (string);
  'nodeReady'?: (boolean);
  'unschedulable'?: (boolean);
  'labels'?: ({[key: string]: string});
  'annotations'?: ({[key: string]: string});
  'podCidRs'?: (_common_NetIPPrefix)[];
}

export interface NodeStatusSpec__Output {
  'nodename': (string);
  'nodeReady': (boolean);
  'unschedulable': (boolean);
  'labels': ({[key: string]: string});
  'annotations': ({[key: string]: string});
  'podCidRs': (_common_NetIPPrefix__Output)[];
}
