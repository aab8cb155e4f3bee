// Original file: protos/resource/definitions/k8s_specs.proto

import type { Resources as _talos_resource_definitions_k8s_Resources, Resources__Output as _talos_resource_definitions_k8s_Resources__Output } from '../../../../talos/resource/definitions/k8s/Resources.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../../../google/protobuf/Struct.ts';

export interface BootstrapManifestsConfigSpec {
  'server'?: (string);
  'clusterDomain'?: (string);
  'podCidRs'?: (string)[];
  'proxyEnabled'?: (boolean);
  'proxyImage'?: (string);
  'proxyArgs'?: (string)[];
  'coreDnsEnabled'?: (boolean);
  'coreDnsImage'?: (string);
  'dnsServiceIp'?: (string);
  'dnsServiceIPv6'?: (string);
  'flannelEnabled'?: (boolean);
  'flannelImage'?: (string);
  'podSecurityPolicyEnabled'?: (boolean);
  'talosApiServiceEnabled'?: (boolean);
  'flannelExtraArgs'?: (string)[];
  'flannelKubeServiceHost'?: (string);
  'flannelKubeServicePort'?: (string);
  'flannelKubeNetworkPoliciesEnabled'?: (boolean);
  'flannelKubeNetworkPoliciesImage'?: (string);
  'cniName'?: (string);
  'flannelBackendMtu'?: (number);
  'flannelBackendType'?: (string);
  'flannelBackendPort'?: (number);
  'flannelResources'?: (_talos_resource_definitions_k8s_Resources | null);
  'flannelBackendExtraConfig'?: (_google_protobuf_Struct | null);
  'proxyConfig'?: (_google_protobuf_Struct | null);
  'proxyResources'?: (_talos_resource_definitions_k8s_Resources | null);
  'proxyConfigChecksum'?: (string);
}

export interface BootstrapManifestsConfigSpec__Output {
  'server': (string);
  'clusterDomain': (string);
  'podCidRs': (string)[];
  'proxyEnabled': (boolean);
  'proxyImage': (string);
  'proxyArgs': (string)[];
  'coreDnsEnabled': (boolean);
  'coreDnsImage': (string);
  'dnsServiceIp': (string);
  'dnsServiceIPv6': (string);
  'flannelEnabled': (boolean);
  'flannelImage': (string);
  'podSecurityPolicyEnabled': (boolean);
  'talosApiServiceEnabled': (boolean);
  'flannelExtraArgs': (string)[];
  'flannelKubeServiceHost': (string);
  'flannelKubeServicePort': (string);
  'flannelKubeNetworkPoliciesEnabled': (boolean);
  'flannelKubeNetworkPoliciesImage': (string);
  'cniName': (string);
  'flannelBackendMtu': (number);
  'flannelBackendType': (string);
  'flannelBackendPort': (number);
  'flannelResources': (_talos_resource_definitions_k8s_Resources__Output | null);
  'flannelBackendExtraConfig': (_google_protobuf_Struct__Output | null);
  'proxyConfig': (_google_protobuf_Struct__Output | null);
  'proxyResources': (_talos_resource_definitions_k8s_Resources__Output | null);
  'proxyConfigChecksum': (string);
}
