// Original file: protos/resource/definitions/runtime_specs.proto


export interface BootIDSpec {
  'bootId'?: (string);
}

export interface BootIDSpec__Output {
  'bootId': (string);
}
