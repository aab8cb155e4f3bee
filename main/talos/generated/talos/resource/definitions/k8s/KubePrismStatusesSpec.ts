// Original file: protos/resource/definitions/k8s_specs.proto


export interface KubePrismStatusesSpec {
  'host'?: (string);
  'healthy'?: (boolean);
}

export interface KubePrismStatusesSpec__Output {
  'host': (string);
  'healthy': (boolean);
}
