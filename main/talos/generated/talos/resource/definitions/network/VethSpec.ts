// Original file: protos/resource/definitions/network_specs.proto


export interface VethSpec {
  'peerName'?: (string);
}

export interface VethSpec__Output {
  'peerName': (string);
}
