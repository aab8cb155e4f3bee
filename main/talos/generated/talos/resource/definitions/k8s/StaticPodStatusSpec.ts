// Original file: protos/resource/definitions/k8s_specs.proto

import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../../../google/protobuf/Struct.ts';

export interface StaticPodStatusSpec {
  'podStatus'?: (_google_protobuf_Struct | null);
}

export interface StaticPodStatusSpec__Output {
  'podStatus': (_google_protobuf_Struct__Output | null);
}
