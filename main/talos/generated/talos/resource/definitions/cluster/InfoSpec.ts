// Original file: protos/resource/definitions/cluster_specs.proto


export interface InfoSpec {
  'clusterId'?: (string);
  'clusterName'?: (string);
}

export interface InfoSpec__Output {
  'clusterId': (string);
  'clusterName': (string);
}
