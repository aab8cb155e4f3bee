// Original file: protos/resource/definitions/runtime_specs.proto


export interface UnmetCondition {
  'name'?: (string);
  'reason'?: (string);
}

export interface UnmetCondition__Output {
  'name': (string);
  'reason': (string);
}
