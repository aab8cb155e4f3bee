// Original file: protos/resource/definitions/network_specs.proto

import type { WireguardPeer as _talos_resource_definitions_network_WireguardPeer, WireguardPeer__Output as _talos_resource_definitions_network_WireguardPeer__Output } from '../../../../talos/resource/definitions/network/WireguardPeer.ts';
import type { Long } from '@grpc/proto-loader';

export interface WireguardSpec {
  'privateKey'?: (string);
  'publicKey'?: (string);
  'listenPort'?: (number | string | Long);
  'firewallMark'?: (number | string | Long);
  'peers'?: (_talos_resource_definitions_network_WireguardPeer)[];
}

export interface WireguardSpec__Output {
  'privateKey': (string);
  'publicKey': (string);
  'listenPort': (string);
  'firewallMark': (string);
  'peers': (_talos_resource_definitions_network_WireguardPeer__Output)[];
}
