// Original file: protos/resource/definitions/k8s_specs.proto


export interface Resources {
  'requests'?: ({[key: string]: string});
  'limits'?: ({[key: string]: string});
}

export interface Resources__Output {
  'requests': ({[key: string]: string});
  'limits': ({[key: string]: string});
}
