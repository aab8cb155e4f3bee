// Original file: protos/resource/definitions/storage_specs.proto


export interface LVMVolumeGroupSpecSpec {
  'name'?: (string);
  'physicalVolumes'?: (string)[];
}

export interface LVMVolumeGroupSpecSpec__Output {
  'name': (string);
  'physicalVolumes': (string)[];
}
