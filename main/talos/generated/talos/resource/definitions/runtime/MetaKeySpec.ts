// Original file: protos/resource/definitions/runtime_specs.proto


export interface MetaKeySpec {
  'value'?: (string);
}

export interface MetaKeySpec__Output {
  'value': (string);
}
