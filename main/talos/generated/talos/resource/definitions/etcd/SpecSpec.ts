// Original file: protos/resource/definitions/etcd_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { ArgValues as _talos_resource_definitions_etcd_ArgValues, ArgValues__Output as _talos_resource_definitions_etcd_ArgValues__Output } from '../../../../talos/resource/definitions/etcd/ArgValues.ts';

export interface SpecSpec {
  'name'?: (string);
  'advertisedAddresses'?: (_common_NetIP)[];
  'image'?: (string);
  'extraArgsBefore_1_13'?: ({[key: string]: string});
  'listenPeerAddresses'?: (_common_NetIP)[];
  'listenClientAddresses'?: (_common_NetIP)[];
  'extraArgs'?: ({[key: string]: _talos_resource_definitions_etcd_ArgValues});
}

export interface SpecSpec__Output {
  'name': (string);
  'advertisedAddresses': (_common_NetIP__Output)[];
  'image': (string);
  'extraArgsBefore_1_13': ({[key: string]: string});
  'listenPeerAddresses': (_common_NetIP__Output)[];
  'listenClientAddresses': (_common_NetIP__Output)[];
  'extraArgs': ({[key: string]: _talos_resource_definitions_etcd_ArgValues__Output});
}
