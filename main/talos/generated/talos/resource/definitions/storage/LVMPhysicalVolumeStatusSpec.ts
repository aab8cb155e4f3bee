// Original file: protos/resource/definitions/storage_specs.proto


export interface LVMPhysicalVolumeStatusSpec {
  'device'?: (string);
  'vgName'?: (string);
  'uuid'?: (string);
  'format'?: (string);
  'allocatable'?: (string);
  'exported'?: (string);
  'missing'?: (string);
  'inUse'?: (string);
  'size'?: (string);
  'deviceSize'?: (string);
  'free'?: (string);
  'used'?: (string);
  'peCount'?: (string);
  'peAllocCount'?: (string);
  'major'?: (string);
  'minor'?: (string);
  'tags'?: (string)[];
  'prettySize'?: (string);
  'prettyDeviceSize'?: (string);
  'prettyFree'?: (string);
}

export interface LVMPhysicalVolumeStatusSpec__Output {
  'device': (string);
  'vgName': (string);
  'uuid': (string);
  'format': (string);
  'allocatable': (string);
  'exported': (string);
  'missing': (string);
  'inUse': (string);
  'size': (string);
  'deviceSize': (string);
  'free': (string);
  'used': (string);
  'peCount': (string);
  'peAllocCount': (string);
  'major': (string);
  'minor': (string);
  'tags': (string)[];
  'prettySize': (string);
  'prettyDeviceSize': (string);
  'prettyFree': (string);
}
