// Original file: protos/resource/definitions/runtime_specs.proto


export interface VersionSpec {
  'version'?: (string);
  'name'?: (string);
}

export interface VersionSpec__Output {
  'version': (string);
  'name': (string);
}
