// Original file: protos/resource/definitions/cluster_specs.proto


export interface IdentitySpec {
  'nodeId'?: (string);
}

export interface IdentitySpec__Output {
  'nodeId': (string);
}
