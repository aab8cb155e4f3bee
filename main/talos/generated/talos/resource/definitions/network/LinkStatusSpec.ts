// Original file: protos/resource/definitions/network_specs.proto

import type { NethelpersLinkType as _talos_resource_definitions_enums_NethelpersLinkType, NethelpersLinkType__Output as _talos_resource_definitions_enums_NethelpersLinkType__Output } from '../../../../talos/resource/definitions/enums/NethelpersLinkType.ts';
import type { NethelpersOperationalState as _talos_resource_definitions_enums_NethelpersOperationalState, NethelpersOperationalState__Output as _talos_resource_definitions_enums_NethelpersOperationalState__Output } from '../../../../talos/resource/definitions/enums/NethelpersOperationalState.ts';
import type { NethelpersPort as _talos_resource_definitions_enums_NethelpersPort, NethelpersPort__Output as _talos_resource_definitions_enums_NethelpersPort__Output } from '../../../../talos/resource/definitions/enums/NethelpersPort.ts';
import type { NethelpersDuplex as _talos_resource_definitions_enums_NethelpersDuplex, NethelpersDuplex__Output as _talos_resource_definitions_enums_NethelpersDuplex__Output } from '../../../../talos/resource/definitions/enums/NethelpersDuplex.ts';
import type { VLANSpec as _talos_resource_definitions_network_VLANSpec, VLANSpec__Output as _talos_resource_definitions_network_VLANSpec__Output } from '../../../../talos/resource/definitions/network/VLANSpec.ts';
import type { BridgeMasterSpec as _talos_resource_definitions_network_BridgeMasterSpec, BridgeMasterSpec__Output as _talos_resource_definitions_network_BridgeMasterSpec__Output } from '../../../../talos/resource/definitions/network/BridgeMasterSpec.ts';
import type { BondMasterSpec as _talos_resource_definitions_network_BondMasterSpec, BondMasterSpec__Output as _talos_resource_definitions_network_BondMasterSpec__Output } from '../../../../talos/resource/definitions/network/BondMasterSpec.ts';
import type { WireguardSpec as _talos_resource_definitions_network_WireguardSpec, WireguardSpec__Output as _talos_resource_definitions_network_WireguardSpec__Output } from '../../../../talos/resource/definitions/network/WireguardSpec.ts';
import type { VRFMasterSpec as _talos_resource_definitions_network_VRFMasterSpec, VRFMasterSpec__Output as _talos_resource_definitions_network_VRFMasterSpec__Output } from '../../../../talos/resource/definitions/network/VRFMasterSpec.ts';
import type { VethSpec as _talos_resource_definitions_network_VethSpec, VethSpec__Output as _talos_resource_definitions_network_VethSpec__Output } from '../../../../talos/resource/definitions/network/VethSpec.ts';
import type { Long } from '@grpc/proto-loader';

export interface LinkStatusSpec {
  'index'?: (number);
  'type'?: (_talos_resource_definitions_enums_NethelpersLinkType);
  'linkIndex'?: (number);
  'flags'?: (number);
  'hardwareAddr'?: (Buffer | Uint8Array | string);
  'broadcastAddr'?: (Buffer | Uint8Array | string);
  'mtu'?: (number);
  'queueDisc'?: (string);
  'masterIndex'?: (number);
  'operationalState'?: (_talos_resource_definitions_enums_NethelpersOperationalState);
  'kind'?: (string);
  'slaveKind'?: (string);
  'busPath'?: (string);
  'pciid'?: (string);
  'driver'?: (string);
  'driverVersion'?: (string);
  'firmwareVersion'?: (string);
  'productId'?: (string);
  'vendorId'?: (string);
  'product'?: (string);
  'vendor'?: (string);
  'linkState'?: (boolean);
  'speedMegabits'?: (number | string | Long);
  'port'?: (_talos_resource_definitions_enums_NethelpersPort);
  'duplex'?: (_talos_resource_definitions_enums_NethelpersDuplex);
  'vlan'?: (_talos_resource_definitions_network_VLANSpec | null);
  'bridgeMaster'?: (_talos_resource_definitions_network_BridgeMasterSpec | null);
  'bondMaster'?: (_talos_resource_definitions_network_BondMasterSpec | null);
  'wireguard'?: (_talos_resource_definitions_network_WireguardSpec | null);
  'permanentAddr'?: (Buffer | Uint8Array | string);
  'alias'?: (string);
  'altNames'?: (string)[];
  'vrfMaster'?: (_talos_resource_definitions_network_VRFMasterSpec | null);
  'veth'?: (_talos_resource_definitions_network_VethSpec | null);
}

export interface LinkStatusSpec__Output {
  'index': (number);
  'type': (_talos_resource_definitions_enums_NethelpersLinkType__Output);
  'linkIndex': (number);
  'flags': (number);
  'hardwareAddr': (Buffer);
  'broadcastAddr': (Buffer);
  'mtu': (number);
  'queueDisc': (string);
  'masterIndex': (number);
  'operationalState': (_talos_resource_definitions_enums_NethelpersOperationalState__Output);
  'kind': (string);
  'slaveKind': (string);
  'busPath': (string);
  'pciid': (string);
  'driver': (string);
  'driverVersion': (string);
  'firmwareVersion': (string);
  'productId': (string);
  'vendorId': (string);
  'product': (string);
  'vendor': (string);
  'linkState': (boolean);
  'speedMegabits': (string);
  'port': (_talos_resource_definitions_enums_NethelpersPort__Output);
  'duplex': (_talos_resource_definitions_enums_NethelpersDuplex__Output);
  'vlan': (_talos_resource_definitions_network_VLANSpec__Output | null);
  'bridgeMaster': (_talos_resource_definitions_network_BridgeMasterSpec__Output | null);
  'bondMaster': (_talos_resource_definitions_network_BondMasterSpec__Output | null);
  'wireguard': (_talos_resource_definitions_network_WireguardSpec__Output | null);
  'permanentAddr': (Buffer);
  'alias': (string);
  'altNames': (string)[];
  'vrfMaster': (_talos_resource_definitions_network_VRFMasterSpec__Output | null);
  'veth': (_talos_resource_definitions_network_VethSpec__Output | null);
}
