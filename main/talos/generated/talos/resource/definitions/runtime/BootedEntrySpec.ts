// Original file: protos/resource/definitions/runtime_specs.proto


export interface BootedEntrySpec {
  'bootedEntry'?: (string);
}

export interface BootedEntrySpec__Output {
  'bootedEntry': (string);
}
