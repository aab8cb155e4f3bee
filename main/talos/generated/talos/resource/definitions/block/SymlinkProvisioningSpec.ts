// Original file: protos/resource/definitions/block_specs.proto


export interface SymlinkProvisioningSpec {
  'symlinkTargetPath'?: (string);
  'force'?: (boolean);
}

export interface SymlinkProvisioningSpec__Output {
  'symlinkTargetPath': (string);
  'force': (boolean);
}
