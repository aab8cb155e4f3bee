// Original file: protos/resource/definitions/network_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { NameServerSpec as _talos_resource_definitions_network_NameServerSpec, NameServerSpec__Output as _talos_resource_definitions_network_NameServerSpec__Output } from '../../../../talos/resource/definitions/network/NameServerSpec.ts';

export interface ResolverStatusSpec {
  'dnsServers'?: (_common_NetIP)[];
  'searchDomains'?: (string)[];
  'nameServers'?: (_talos_resource_definitions_network_NameServerSpec)[];
}

export interface ResolverStatusSpec__Output {
  'dnsServers': (_common_NetIP__Output)[];
  'searchDomains': (string)[];
  'nameServers': (_talos_resource_definitions_network_NameServerSpec__Output)[];
}
