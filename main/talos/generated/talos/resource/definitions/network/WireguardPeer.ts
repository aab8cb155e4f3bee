// Original file: protos/resource/definitions/network_specs.proto

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../../../google/protobuf/Duration.ts';
import type { NetIPPrefix as _common_NetIPPrefix, NetIPPrefix__Output as _common_NetIPPrefix__Output } from '../../../../common/NetIPPrefix.ts';

export interface WireguardPeer {
  'publicKey'?: (string);
  'presharedKey'?: (string);
  'endpoint'?: (string);
  'persistentKeepaliveInterval'?: (_google_protobuf_Duration | null);
  'allowedIps'?: (_common_NetIPPrefix)[];
}

export interface WireguardPeer__Output {
  'publicKey': (string);
  'presharedKey': (string);
  'endpoint': (string);
  'persistentKeepaliveInterval': (_google_protobuf_Duration__Output | null);
  'allowedIps': (_common_NetIPPrefix__Output)[];
}
