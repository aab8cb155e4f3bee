// Original file: protos/resource/definitions/block_specs.proto


export interface SystemDiskSpec {
  'diskId'?: (string);
  'devPath'?: (string);
}

export interface SystemDiskSpec__Output {
  'diskId': (string);
  'devPath': (string);
}
