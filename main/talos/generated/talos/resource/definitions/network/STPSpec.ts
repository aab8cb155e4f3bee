// Original file: protos/resource/definitions/network_specs.proto


export interface STPSpec {
  'enabled'?: (boolean);
}

export interface STPSpec__Output {
  'enabled': (boolean);
}
