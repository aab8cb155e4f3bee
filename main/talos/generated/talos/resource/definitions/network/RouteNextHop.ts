// Original file: protos/resource/definitions/network_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';

export interface RouteNextHop {
  'gateway'?: (_common_NetIP | null);
  'outLinkName'?: (string);
  'weight'?: (number);
}

export interface RouteNextHop__Output {
  'gateway': (_common_NetIP__Output | null);
  'outLinkName': (string);
  'weight': (number);
}
