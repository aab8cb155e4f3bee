// Original file: protos/resource/definitions/k8s_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';

export interface EndpointSpec {
  'addresses'?: (_common_NetIP)[];
  'hosts'?: (string)[];
}

export interface EndpointSpec__Output {
  'addresses': (_common_NetIP__Output)[];
  'hosts': (string)[];
}
