// Original file: protos/resource/definitions/k8s_specs.proto


export interface ExtraVolume {
  'name'?: (string);
  'hostPath'?: (string);
  'mountPath'?: (string);
  'readOnly'?: (boolean);
}

export interface ExtraVolume__Output {
  'name': (string);
  'hostPath': (string);
  'mountPath': (string);
  'readOnly': (boolean);
}
