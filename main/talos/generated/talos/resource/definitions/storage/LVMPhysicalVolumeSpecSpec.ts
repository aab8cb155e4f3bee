// Original file: protos/resource/definitions/storage_specs.proto


export interface LVMPhysicalVolumeSpecSpec {
  'device'?: (string);
  'vgName'?: (string);
}

export interface LVMPhysicalVolumeSpecSpec__Output {
  'device': (string);
  'vgName': (string);
}
