// Original file: protos/resource/definitions/k8s_specs.proto


export interface KubeletStatusSpec {
  'image'?: (string);
}

export interface KubeletStatusSpec__Output {
  'image': (string);
}
