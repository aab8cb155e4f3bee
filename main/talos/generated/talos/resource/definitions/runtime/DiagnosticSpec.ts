// Original file: protos/resource/definitions/runtime_specs.proto


export interface DiagnosticSpec {
  'message'?: (string);
  'details'?: (string)[];
}

export interface DiagnosticSpec__Output {
  'message': (string);
  'details': (string)[];
}
