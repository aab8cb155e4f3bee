// Original file: protos/resource/definitions/runtime_specs.proto


export interface MountStatusSpec {
  'source'?: (string);
  'target'?: (string);
  'filesystemType'?: (string);
  'options'?: (string)[];
  'encrypted'?: (boolean);
  'encryptionProviders'?: (string)[];
}

export interface MountStatusSpec__Output {
  'source': (string);
  'target': (string);
  'filesystemType': (string);
  'options': (string)[];
  'encrypted': (boolean);
  'encryptionProviders': (string)[];
}
