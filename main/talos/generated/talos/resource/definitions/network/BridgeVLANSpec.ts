// Original file: protos/resource/definitions/network_specs.proto


export interface BridgeVLANSpec {
  'filteringEnabled'?: (boolean);
}

export interface BridgeVLANSpec__Output {
  'filteringEnabled': (boolean);
}
