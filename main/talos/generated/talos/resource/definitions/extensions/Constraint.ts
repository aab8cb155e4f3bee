// Original file: protos/resource/definitions/extensions_specs.proto


export interface Constraint {
  'version'?: (string);
}

export interface Constraint__Output {
  'version': (string);
}
