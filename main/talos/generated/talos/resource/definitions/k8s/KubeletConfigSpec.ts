// Original file: protos/resource/definitions/k8s_specs.proto

import type { Mount as _talos_resource_definitions_proto_Mount, Mount__Output as _talos_resource_definitions_proto_Mount__Output } from '../../../../talos/resource/definitions/proto/Mount.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../../../google/protobuf/Struct.ts';
import type { ArgValues as _talos_resource_definitions_k8s_ArgValues, ArgValues__Output as _talos_resource_definitions_k8s_ArgValues__Output } from '../../../../talos/resource/definitions/k8s/ArgValues.ts';

export interface KubeletConfigSpec {
  'image'?: (string);
  'clusterDns'?: (string)[];
  'clusterDomain'?: (string);
  'extraArgsBefore_1_13'?: ({[key: string]: string});
  'extraMounts'?: (_talos_resource_definitions_proto_Mount)[];
  'extraConfig'?: (_google_protobuf_Struct | null);
  'cloudProviderExternal'?: (boolean);
  'defaultRuntimeSeccompEnabled'?: (boolean);
  'skipNodeRegistration'?: (boolean);
  'staticPodListUrl'?: (string);
  'disableManifestsDirectory'?: (boolean);
  'enableFsQuotaMonitoring'?: (boolean);
  'credentialProviderConfig'?: (_google_protobuf_Struct | null);
  'allowSchedulingOnControlPlane'?: (boolean);
  'extraArgs'?: ({[key: string]: _talos_resource_definitions_k8s_ArgValues});
  'registerWithTaints'?: ({[key: string]: string});
}

export interface KubeletConfigSpec__Output {
  'image': (string);
  'clusterDns': (string)[];
  'clusterDomain': (string);
  'extraArgsBefore_1_13': ({[key: string]: string});
  'extraMounts': (_talos_resource_definitions_proto_Mount__Output)[];
  'extraConfig': (_google_protobuf_Struct__Output | null);
  'cloudProviderExternal': (boolean);
  'defaultRuntimeSeccompEnabled': (boolean);
  'skipNodeRegistration': (boolean);
  'staticPodListUrl': (string);
  'disableManifestsDirectory': (boolean);
  'enableFsQuotaMonitoring': (boolean);
  'credentialProviderConfig': (_google_protobuf_Struct__Output | null);
  'allowSchedulingOnControlPlane': (boolean);
  'extraArgs': ({[key: string]: _talos_resource_definitions_k8s_ArgValues__Output});
  'registerWithTaints': ({[key: string]: string});
}
