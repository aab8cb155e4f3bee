// Original file: protos/resource/definitions/cluster_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { NetIPPrefix as _common_NetIPPrefix, NetIPPrefix__Output as _common_NetIPPrefix__Output } from '../../../../common/NetIPPrefix.ts';
import type { NetIPPort as _common_NetIPPort, NetIPPort__Output as _common_NetIPPort__Output } from '../../../../common/NetIPPort.ts';

export interface KubeSpanAffiliateSpec {
  'publicKey'?: (string);
  'address'?: (_common_NetIP | null);
  'additionalAddresses'?: (_common_NetIPPrefix)[];
  'endpoints'?: (_common_NetIPPort)[];
  'excludeAdvertisedNetworks'?: (_common_NetIPPrefix)[];
}

export interface KubeSpanAffiliateSpec__Output {
  'publicKey': (string);
  'address': (_common_NetIP__Output | null);
  'additionalAddresses': (_common_NetIPPrefix__Output)[];
  'endpoints': (_common_NetIPPort__Output)[];
  'excludeAdvertisedNetworks': (_common_NetIPPrefix__Output)[];
}
