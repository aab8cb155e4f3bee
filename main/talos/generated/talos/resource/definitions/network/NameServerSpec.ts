// Original file: protos/resource/definitions/network_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { NethelpersDNSProtocol as _talos_resource_definitions_enums_NethelpersDNSProtocol, NethelpersDNSProtocol__Output as _talos_resource_definitions_enums_NethelpersDNSProtocol__Output } from '../../../../talos/resource/definitions/enums/NethelpersDNSProtocol.ts';

export interface NameServerSpec {
  'addr'?: (_common_NetIP | null);
  'protocol'?: (_talos_resource_definitions_enums_NethelpersDNSProtocol);
  'tlsServerName'?: (string);
}

export interface NameServerSpec__Output {
  'addr': (_common_NetIP__Output | null);
  'protocol': (_talos_resource_definitions_enums_NethelpersDNSProtocol__Output);
  'tlsServerName': (string);
}
