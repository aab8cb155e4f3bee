// Original file: protos/resource/definitions/k8s_specs.proto


export interface ArgValues {
  'values'?: (string)[];
}

export interface ArgValues__Output {
  'values': (string)[];
}
