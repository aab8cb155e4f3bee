// Original file: protos/resource/definitions/k8s_specs.proto

import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../../../google/protobuf/Struct.ts';

export interface SingleManifest {
  'object'?: (_google_protobuf_Struct | null);
}

export interface SingleManifest__Output {
  'object': (_google_protobuf_Struct__Output | null);
}
