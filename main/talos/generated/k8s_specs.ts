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
import type { ListValue as _google_protobuf_ListValue, ListValue__Output as _google_protobuf_ListValue__Output } from './google/protobuf/ListValue.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from './google/protobuf/Struct.ts';
import type { Value as _google_protobuf_Value, Value__Output as _google_protobuf_Value__Output } from './google/protobuf/Value.ts';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from './google/rpc/Status.ts';
import type { APIServerConfigSpec as _talos_resource_definitions_k8s_APIServerConfigSpec, APIServerConfigSpec__Output as _talos_resource_definitions_k8s_APIServerConfigSpec__Output } from './talos/resource/definitions/k8s/APIServerConfigSpec.ts';
import type { ArgValues as _talos_resource_definitions_k8s_ArgValues, ArgValues__Output as _talos_resource_definitions_k8s_ArgValues__Output } from './talos/resource/definitions/k8s/ArgValues.ts';
import type { BootstrapManifestsConfigSpec as _talos_resource_definitions_k8s_BootstrapManifestsConfigSpec, BootstrapManifestsConfigSpec__Output as _talos_resource_definitions_k8s_BootstrapManifestsConfigSpec__Output } from './talos/resource/definitions/k8s/BootstrapManifestsConfigSpec.ts';
import type { ControllerManagerConfigSpec as _talos_resource_definitions_k8s_ControllerManagerConfigSpec, ControllerManagerConfigSpec__Output as _talos_resource_definitions_k8s_ControllerManagerConfigSpec__Output } from './talos/resource/definitions/k8s/ControllerManagerConfigSpec.ts';
import type { EndpointSpec as _talos_resource_definitions_k8s_EndpointSpec, EndpointSpec__Output as _talos_resource_definitions_k8s_EndpointSpec__Output } from './talos/resource/definitions/k8s/EndpointSpec.ts';
import type { ExtraVolume as _talos_resource_definitions_k8s_ExtraVolume, ExtraVolume__Output as _talos_resource_definitions_k8s_ExtraVolume__Output } from './talos/resource/definitions/k8s/ExtraVolume.ts';
import type { KubePrismStatusesSpec as _talos_resource_definitions_k8s_KubePrismStatusesSpec, KubePrismStatusesSpec__Output as _talos_resource_definitions_k8s_KubePrismStatusesSpec__Output } from './talos/resource/definitions/k8s/KubePrismStatusesSpec.ts';
import type { KubeletConfigSpec as _talos_resource_definitions_k8s_KubeletConfigSpec, KubeletConfigSpec__Output as _talos_resource_definitions_k8s_KubeletConfigSpec__Output } from './talos/resource/definitions/k8s/KubeletConfigSpec.ts';
import type { KubeletSpecSpec as _talos_resource_definitions_k8s_KubeletSpecSpec, KubeletSpecSpec__Output as _talos_resource_definitions_k8s_KubeletSpecSpec__Output } from './talos/resource/definitions/k8s/KubeletSpecSpec.ts';
import type { KubeletStatusSpec as _talos_resource_definitions_k8s_KubeletStatusSpec, KubeletStatusSpec__Output as _talos_resource_definitions_k8s_KubeletStatusSpec__Output } from './talos/resource/definitions/k8s/KubeletStatusSpec.ts';
import type { ManifestSpec as _talos_resource_definitions_k8s_ManifestSpec, ManifestSpec__Output as _talos_resource_definitions_k8s_ManifestSpec__Output } from './talos/resource/definitions/k8s/ManifestSpec.ts';
import type { NodeStatusSpec as _talos_resource_definitions_k8s_NodeStatusSpec, NodeStatusSpec__Output as _talos_resource_definitions_k8s_NodeStatusSpec__Output } from './talos/resource/definitions/k8s/NodeStatusSpec.ts';
import type { NodenameSpec as _talos_resource_definitions_k8s_NodenameSpec, NodenameSpec__Output as _talos_resource_definitions_k8s_NodenameSpec__Output } from './talos/resource/definitions/k8s/NodenameSpec.ts';
import type { Resources as _talos_resource_definitions_k8s_Resources, Resources__Output as _talos_resource_definitions_k8s_Resources__Output } from './talos/resource/definitions/k8s/Resources.ts';
import type { SchedulerConfigSpec as _talos_resource_definitions_k8s_SchedulerConfigSpec, SchedulerConfigSpec__Output as _talos_resource_definitions_k8s_SchedulerConfigSpec__Output } from './talos/resource/definitions/k8s/SchedulerConfigSpec.ts';
import type { SingleManifest as _talos_resource_definitions_k8s_SingleManifest, SingleManifest__Output as _talos_resource_definitions_k8s_SingleManifest__Output } from './talos/resource/definitions/k8s/SingleManifest.ts';
import type { StaticPodSpec as _talos_resource_definitions_k8s_StaticPodSpec, StaticPodSpec__Output as _talos_resource_definitions_k8s_StaticPodSpec__Output } from './talos/resource/definitions/k8s/StaticPodSpec.ts';
import type { StaticPodStatusSpec as _talos_resource_definitions_k8s_StaticPodStatusSpec, StaticPodStatusSpec__Output as _talos_resource_definitions_k8s_StaticPodStatusSpec__Output } from './talos/resource/definitions/k8s/StaticPodStatusSpec.ts';
import type { LinuxIDMapping as _talos_resource_definitions_proto_LinuxIDMapping, LinuxIDMapping__Output as _talos_resource_definitions_proto_LinuxIDMapping__Output } from './talos/resource/definitions/proto/LinuxIDMapping.ts';
import type { Mount as _talos_resource_definitions_proto_Mount, Mount__Output as _talos_resource_definitions_proto_Mount__Output } from './talos/resource/definitions/proto/Mount.ts';

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
      ListValue: MessageTypeDefinition<_google_protobuf_ListValue, _google_protobuf_ListValue__Output>
      NullValue: EnumTypeDefinition
      Struct: MessageTypeDefinition<_google_protobuf_Struct, _google_protobuf_Struct__Output>
      Value: MessageTypeDefinition<_google_protobuf_Value, _google_protobuf_Value__Output>
    }
    rpc: {
      Status: MessageTypeDefinition<_google_rpc_Status, _google_rpc_Status__Output>
    }
  }
  talos: {
    resource: {
      definitions: {
        k8s: {
          APIServerConfigSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_APIServerConfigSpec, _talos_resource_definitions_k8s_APIServerConfigSpec__Output>
          ArgValues: MessageTypeDefinition<_talos_resource_definitions_k8s_ArgValues, _talos_resource_definitions_k8s_ArgValues__Output>
          BootstrapManifestsConfigSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_BootstrapManifestsConfigSpec, _talos_resource_definitions_k8s_BootstrapManifestsConfigSpec__Output>
          ControllerManagerConfigSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_ControllerManagerConfigSpec, _talos_resource_definitions_k8s_ControllerManagerConfigSpec__Output>
          EndpointSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_EndpointSpec, _talos_resource_definitions_k8s_EndpointSpec__Output>
          ExtraVolume: MessageTypeDefinition<_talos_resource_definitions_k8s_ExtraVolume, _talos_resource_definitions_k8s_ExtraVolume__Output>
          KubePrismStatusesSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_KubePrismStatusesSpec, _talos_resource_definitions_k8s_KubePrismStatusesSpec__Output>
          KubeletConfigSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_KubeletConfigSpec, _talos_resource_definitions_k8s_KubeletConfigSpec__Output>
          KubeletSpecSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_KubeletSpecSpec, _talos_resource_definitions_k8s_KubeletSpecSpec__Output>
          KubeletStatusSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_KubeletStatusSpec, _talos_resource_definitions_k8s_KubeletStatusSpec__Output>
          ManifestSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_ManifestSpec, _talos_resource_definitions_k8s_ManifestSpec__Output>
          NodeStatusSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_NodeStatusSpec, _talos_resource_definitions_k8s_NodeStatusSpec__Output>
          NodenameSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_NodenameSpec, _talos_resource_definitions_k8s_NodenameSpec__Output>
          Resources: MessageTypeDefinition<_talos_resource_definitions_k8s_Resources, _talos_resource_definitions_k8s_Resources__Output>
          SchedulerConfigSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_SchedulerConfigSpec, _talos_resource_definitions_k8s_SchedulerConfigSpec__Output>
          SingleManifest: MessageTypeDefinition<_talos_resource_definitions_k8s_SingleManifest, _talos_resource_definitions_k8s_SingleManifest__Output>
          StaticPodSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_StaticPodSpec, _talos_resource_definitions_k8s_StaticPodSpec__Output>
          StaticPodStatusSpec: MessageTypeDefinition<_talos_resource_definitions_k8s_StaticPodStatusSpec, _talos_resource_definitions_k8s_StaticPodStatusSpec__Output>
        }
        proto: {
          LinuxIDMapping: MessageTypeDefinition<_talos_resource_definitions_proto_LinuxIDMapping, _talos_resource_definitions_proto_LinuxIDMapping__Output>
          Mount: MessageTypeDefinition<_talos_resource_definitions_proto_Mount, _talos_resource_definitions_proto_Mount__Output>
        }
      }
    }
  }
}

