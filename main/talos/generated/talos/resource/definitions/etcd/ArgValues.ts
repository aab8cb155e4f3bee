// Original file: protos/resource/definitions/etcd_specs.proto


export interface ArgValues {
  'values'?: (string)[];
}

export interface ArgValues__Output {
  'values': (string)[];
}
