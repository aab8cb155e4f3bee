// Original file: protos/resource/definitions/cluster_specs.proto

import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { MachineType as _talos_resource_definitions_enums_MachineType, MachineType__Output as _talos_resource_definitions_enums_MachineType__Output } from '../../../../talos/resource/definitions/enums/MachineType.ts';
import type { KubeSpanAffiliateSpec as _talos_resource_definitions_cluster_KubeSpanAffiliateSpec, KubeSpanAffiliateSpec__Output as _talos_resource_definitions_cluster_KubeSpanAffiliateSpec__Output } from '../../../../talos/resource/definitions/cluster/KubeSpanAffiliateSpec.ts';
import type { ControlPlane as _talos_resource_definitions_cluster_ControlPlane, ControlPlane__Output as _talos_resource_definitions_cluster_ControlPlane__Output } from '../../../../talos/resource/definitions/cluster/ControlPlane.ts';

export interface AffiliateSpec {
  'nodeId'?: (string);
  'addresses'?: (_common_NetIP)[];
  'hostname'?: (string);
  'nodename'?: (string);
  'operatingSystem'?: (string);
  'machineType'?: (_talos_resource_definitions_enums_MachineType);
  'kubeSpan'?: (_talos_resource_definitions_cluster_KubeSpanAffiliateSpec | null);
  'controlPlane'?: (_talos_resource_definitions_cluster_ControlPlane | null);
}

export interface AffiliateSpec__Output {
  'nodeId': (string);
  'addresses': (_common_NetIP__Output)[];
  'hostname': (string);
  'nodename': (string);
  'operatingSystem': (string);
  'machineType': (_talos_resource_definitions_enums_MachineType__Output);
  'kubeSpan': (_talos_resource_definitions_cluster_KubeSpanAffiliateSpec__Output | null);
  'controlPlane': (_talos_resource_definitions_cluster_ControlPlane__Output | null);
}
