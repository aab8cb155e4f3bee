import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { ContainerdInstance as _common_ContainerdInstance, ContainerdInstance__Output as _common_ContainerdInstance__Output } from './common/ContainerdInstance.ts';
import type { Data as _common_Data, Data__Output as _common_Data__Output } from './common/Data.ts';
import type { DataResponse as _common_DataResponse, DataResponse__Output as _common_DataResponse__Output } from './common/DataResponse.ts';
import type { Empty as _common_Empty, Empty__Output as _common_Empty__Output } from './common/Empty.ts';
import type { EmptyResponse as _common_EmptyResponse, EmptyResponse__Output as _common_EmptyResponse__Output } from './common/EmptyResponse.ts';
import type { Error as _common_Error, Error__Output as _common_Error__Output } from './common/Error.ts';
import type { Metadata as _common_Metadata, Metadata__Output as _common_Metadata__Output } from './common/Metadata.ts';
import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from './common/NetIP.ts';
import type { NetIPPort as _common_NetIPPort, NetIPPort__Output as _common_NetIPPort__Output } from './common/NetIPPort.ts';
import type { NetIPPrefix as _common_NetIPPrefix, NetIPPrefix__Output as _common_NetIPPrefix__Output } from './common/NetIPPrefix.ts';
import type { PEMEncodedCertificate as _common_PEMEncodedCertificate, PEMEncodedCertificate__Output as _common_PEMEncodedCertificate__Output } from './common/PEMEncodedCertificate.ts';
import type { PEMEncodedCertificateAndKey as _common_PEMEncodedCertificateAndKey, PEMEncodedCertificateAndKey__Output as _common_PEMEncodedCertificateAndKey__Output } from './common/PEMEncodedCertificateAndKey.ts';
import type { PEMEncodedKey as _common_PEMEncodedKey, PEMEncodedKey__Output as _common_PEMEncodedKey__Output } from './common/PEMEncodedKey.ts';
import type { URL as _common_URL, URL__Output as _common_URL__Output } from './common/URL.ts';
import type { Any as _google_protobuf_Any, Any__Output as _google_protobuf_Any__Output } from './google/protobuf/Any.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from './google/protobuf/Duration.ts';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from './google/rpc/Status.ts';
import type { AddressStatusSpec as _talos_resource_definitions_network_AddressStatusSpec, AddressStatusSpec__Output as _talos_resource_definitions_network_AddressStatusSpec__Output } from './talos/resource/definitions/network/AddressStatusSpec.ts';
import type { BondMasterSpec as _talos_resource_definitions_network_BondMasterSpec, BondMasterSpec__Output as _talos_resource_definitions_network_BondMasterSpec__Output } from './talos/resource/definitions/network/BondMasterSpec.ts';
import type { BridgeMasterSpec as _talos_resource_definitions_network_BridgeMasterSpec, BridgeMasterSpec__Output as _talos_resource_definitions_network_BridgeMasterSpec__Output } from './talos/resource/definitions/network/BridgeMasterSpec.ts';
import type { BridgeVLANSpec as _talos_resource_definitions_network_BridgeVLANSpec, BridgeVLANSpec__Output as _talos_resource_definitions_network_BridgeVLANSpec__Output } from './talos/resource/definitions/network/BridgeVLANSpec.ts';
import type { HostnameStatusSpec as _talos_resource_definitions_network_HostnameStatusSpec, HostnameStatusSpec__Output as _talos_resource_definitions_network_HostnameStatusSpec__Output } from './talos/resource/definitions/network/HostnameStatusSpec.ts';
import type { LinkStatusSpec as _talos_resource_definitions_network_LinkStatusSpec, LinkStatusSpec__Output as _talos_resource_definitions_network_LinkStatusSpec__Output } from './talos/resource/definitions/network/LinkStatusSpec.ts';
import type { NameServerSpec as _talos_resource_definitions_network_NameServerSpec, NameServerSpec__Output as _talos_resource_definitions_network_NameServerSpec__Output } from './talos/resource/definitions/network/NameServerSpec.ts';
import type { NodeAddressSpec as _talos_resource_definitions_network_NodeAddressSpec, NodeAddressSpec__Output as _talos_resource_definitions_network_NodeAddressSpec__Output } from './talos/resource/definitions/network/NodeAddressSpec.ts';
import type { ResolverStatusSpec as _talos_resource_definitions_network_ResolverStatusSpec, ResolverStatusSpec__Output as _talos_resource_definitions_network_ResolverStatusSpec__Output } from './talos/resource/definitions/network/ResolverStatusSpec.ts';
import type { RouteNextHop as _talos_resource_definitions_network_RouteNextHop, RouteNextHop__Output as _talos_resource_definitions_network_RouteNextHop__Output } from './talos/resource/definitions/network/RouteNextHop.ts';
import type { RouteStatusSpec as _talos_resource_definitions_network_RouteStatusSpec, RouteStatusSpec__Output as _talos_resource_definitions_network_RouteStatusSpec__Output } from './talos/resource/definitions/network/RouteStatusSpec.ts';
import type { STPSpec as _talos_resource_definitions_network_STPSpec, STPSpec__Output as _talos_resource_definitions_network_STPSpec__Output } from './talos/resource/definitions/network/STPSpec.ts';
import type { StatusSpec as _talos_resource_definitions_network_StatusSpec, StatusSpec__Output as _talos_resource_definitions_network_StatusSpec__Output } from './talos/resource/definitions/network/StatusSpec.ts';
import type { TimeServerStatusSpec as _talos_resource_definitions_network_TimeServerStatusSpec, TimeServerStatusSpec__Output as _talos_resource_definitions_network_TimeServerStatusSpec__Output } from './talos/resource/definitions/network/TimeServerStatusSpec.ts';
import type { VLANSpec as _talos_resource_definitions_network_VLANSpec, VLANSpec__Output as _talos_resource_definitions_network_VLANSpec__Output } from './talos/resource/definitions/network/VLANSpec.ts';
import type { VRFMasterSpec as _talos_resource_definitions_network_VRFMasterSpec, VRFMasterSpec__Output as _talos_resource_definitions_network_VRFMasterSpec__Output } from './talos/resource/definitions/network/VRFMasterSpec.ts';
import type { VethSpec as _talos_resource_definitions_network_VethSpec, VethSpec__Output as _talos_resource_definitions_network_VethSpec__Output } from './talos/resource/definitions/network/VethSpec.ts';
import type { WireguardPeer as _talos_resource_definitions_network_WireguardPeer, WireguardPeer__Output as _talos_resource_definitions_network_WireguardPeer__Output } from './talos/resource/definitions/network/WireguardPeer.ts';
import type { WireguardSpec as _talos_resource_definitions_network_WireguardSpec, WireguardSpec__Output as _talos_resource_definitions_network_WireguardSpec__Output } from './talos/resource/definitions/network/WireguardSpec.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  common: {
    Code: EnumTypeDefinition
    ContainerDriver: EnumTypeDefinition
    ContainerdInstance: MessageTypeDefinition<_common_ContainerdInstance, _common_ContainerdInstance__Output>
    ContainerdNamespace: EnumTypeDefinition
    Data: MessageTypeDefinition<_common_Data, _common_Data__Output>
    DataResponse: MessageTypeDefinition<_common_DataResponse, _common_DataResponse__Output>
    Empty: MessageTypeDefinition<_common_Empty, _common_Empty__Output>
    EmptyResponse: MessageTypeDefinition<_common_EmptyResponse, _common_EmptyResponse__Output>
    Error: MessageTypeDefinition<_common_Error, _common_Error__Output>
    Metadata: MessageTypeDefinition<_common_Metadata, _common_Metadata__Output>
    NetIP: MessageTypeDefinition<_common_NetIP, _common_NetIP__Output>
    NetIPPort: MessageTypeDefinition<_common_NetIPPort, _common_NetIPPort__Output>
    NetIPPrefix: MessageTypeDefinition<_common_NetIPPrefix, _common_NetIPPrefix__Output>
    PEMEncodedCertificate: MessageTypeDefinition<_common_PEMEncodedCertificate, _common_PEMEncodedCertificate__Output>
    PEMEncodedCertificateAndKey: MessageTypeDefinition<_common_PEMEncodedCertificateAndKey, _common_PEMEncodedCertificateAndKey__Output>
    PEMEncodedKey: MessageTypeDefinition<_common_PEMEncodedKey, _common_PEMEncodedKey__Output>
    URL: MessageTypeDefinition<_common_URL, _common_URL__Output>
  }
  google: {
    protobuf: {
      Any: MessageTypeDefinition<_google_protobuf_Any, _google_protobuf_Any__Output>
      Duration: MessageTypeDefinition<_google_protobuf_Duration, _google_protobuf_Duration__Output>
    }
    rpc: {
      Status: MessageTypeDefinition<_google_rpc_Status, _google_rpc_Status__Output>
    }
  }
  talos: {
    resource: {
      definitions: {
        enums: {
          BlockEncryptionProviderType: EnumTypeDefinition
          BlockFSParameterType: EnumTypeDefinition
          BlockFilesystemType: EnumTypeDefinition
          BlockVolumePhase: EnumTypeDefinition
          BlockVolumeType: EnumTypeDefinition
          MachineType: EnumTypeDefinition
          NethelpersADLACPActive: EnumTypeDefinition
          NethelpersADSelect: EnumTypeDefinition
          NethelpersARPAllTargets: EnumTypeDefinition
          NethelpersARPValidate: EnumTypeDefinition
          NethelpersAddressSortAlgorithm: EnumTypeDefinition
          NethelpersBondMode: EnumTypeDefinition
          NethelpersBondXmitHashPolicy: EnumTypeDefinition
          NethelpersDNSProtocol: EnumTypeDefinition
          NethelpersDuplex: EnumTypeDefinition
          NethelpersFailOverMAC: EnumTypeDefinition
          NethelpersFamily: EnumTypeDefinition
          NethelpersLACPRate: EnumTypeDefinition
          NethelpersLinkType: EnumTypeDefinition
          NethelpersOperationalState: EnumTypeDefinition
          NethelpersPort: EnumTypeDefinition
          NethelpersPrimaryReselect: EnumTypeDefinition
          NethelpersRouteProtocol: EnumTypeDefinition
          NethelpersRouteType: EnumTypeDefinition
          NethelpersRoutingTable: EnumTypeDefinition
          NethelpersScope: EnumTypeDefinition
          NethelpersVLANProtocol: EnumTypeDefinition
          RuntimeFIPSState: EnumTypeDefinition
          RuntimeKernelModuleState: EnumTypeDefinition
          RuntimeKernelModuleType: EnumTypeDefinition
          RuntimeMachineStage: EnumTypeDefinition
          RuntimeSELinuxState: EnumTypeDefinition
          RuntimeUnattendedInstallPhase: EnumTypeDefinition
          StorageLVMLogicalVolumeType: EnumTypeDefinition
          StorageMDArrayPhase: EnumTypeDefinition
          StorageMDLevel: EnumTypeDefinition
        }
        network: {
          AddressStatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_AddressStatusSpec, _talos_resource_definitions_network_AddressStatusSpec__Output>
          BondMasterSpec: MessageTypeDefinition<_talos_resource_definitions_network_BondMasterSpec, _talos_resource_definitions_network_BondMasterSpec__Output>
          BridgeMasterSpec: MessageTypeDefinition<_talos_resource_definitions_network_BridgeMasterSpec, _talos_resource_definitions_network_BridgeMasterSpec__Output>
          BridgeVLANSpec: MessageTypeDefinition<_talos_resource_definitions_network_BridgeVLANSpec, _talos_resource_definitions_network_BridgeVLANSpec__Output>
          HostnameStatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_HostnameStatusSpec, _talos_resource_definitions_network_HostnameStatusSpec__Output>
          LinkStatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_LinkStatusSpec, _talos_resource_definitions_network_LinkStatusSpec__Output>
          NameServerSpec: MessageTypeDefinition<_talos_resource_definitions_network_NameServerSpec, _talos_resource_definitions_network_NameServerSpec__Output>
          NodeAddressSpec: MessageTypeDefinition<_talos_resource_definitions_network_NodeAddressSpec, _talos_resource_definitions_network_NodeAddressSpec__Output>
          ResolverStatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_ResolverStatusSpec, _talos_resource_definitions_network_ResolverStatusSpec__Output>
          RouteNextHop: MessageTypeDefinition<_talos_resource_definitions_network_RouteNextHop, _talos_resource_definitions_network_RouteNextHop__Output>
          RouteStatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_RouteStatusSpec, _talos_resource_definitions_network_RouteStatusSpec__Output>
          STPSpec: MessageTypeDefinition<_talos_resource_definitions_network_STPSpec, _talos_resource_definitions_network_STPSpec__Output>
          StatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_StatusSpec, _talos_resource_definitions_network_StatusSpec__Output>
          TimeServerStatusSpec: MessageTypeDefinition<_talos_resource_definitions_network_TimeServerStatusSpec, _talos_resource_definitions_network_TimeServerStatusSpec__Output>
          VLANSpec: MessageTypeDefinition<_talos_resource_definitions_network_VLANSpec, _talos_resource_definitions_network_VLANSpec__Output>
          VRFMasterSpec: MessageTypeDefinition<_talos_resource_definitions_network_VRFMasterSpec, _talos_resource_definitions_network_VRFMasterSpec__Output>
          VethSpec: MessageTypeDefinition<_talos_resource_definitions_network_VethSpec, _talos_resource_definitions_network_VethSpec__Output>
          WireguardPeer: MessageTypeDefinition<_talos_resource_definitions_network_WireguardPeer, _talos_resource_definitions_network_WireguardPeer__Output>
          WireguardSpec: MessageTypeDefinition<_talos_resource_definitions_network_WireguardSpec, _talos_resource_definitions_network_WireguardSpec__Output>
        }
      }
    }
  }
}

