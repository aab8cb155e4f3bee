// Original file: protos/resource/definitions/storage_specs.proto


export interface LVMLogicalVolumeStatusSpec {
  'path'?: (string);
  'dmPath'?: (string);
  'name'?: (string);
  'fullName'?: (string);
  'vgName'?: (string);
  'uuid'?: (string);
  'layout'?: (string);
  'role'?: (string);
  'permissions'?: (string);
  'allocationPolicy'?: (string);
  'allocationLocked'?: (string);
  'fixedMinor'?: (string);
  'active'?: (string);
  'activeLocally'?: (string);
  'activeRemotely'?: (string);
  'activeExclusively'?: (string);
  'suspended'?: (string);
  'deviceOpen'?: (string);
  'skipActivation'?: (string);
  'merging'?: (string);
  'converting'?: (string);
  'size'?: (string);
  'metadataSize'?: (string);
  'readAhead'?: (string);
  'kernelMajor'?: (string);
  'kernelMinor'?: (string);
  'origin'?: (string);
  'originSize'?: (string);
  'poolLv'?: (string);
  'dataLv'?: (string);
  'metadataLv'?: (string);
  'movePv'?: (string);
  'convertLv'?: (string);
  'whenFull'?: (string);
  'tags'?: (string)[];
  'prettySize'?: (string);
}

export interface LVMLogicalVolumeStatusSpec__Output {
  'path': (string);
  'dmPath': (string);
  'name': (string);
  'fullName': (string);
  'vgName': (string);
  'uuid': (string);
  'layout': (string);
  'role': (string);
  'permissions': (string);
  'allocationPolicy': (string);
  'allocationLocked': (string);
  'fixedMinor': (string);
  'active': (string);
  'activeLocally': (string);
  'activeRemotely': (string);
  'activeExclusively': (string);
  'suspended': (string);
  'deviceOpen': (string);
  'skipActivation': (string);
  'merging': (string);
  'converting': (string);
  'size': (string);
  'metadataSize': (string);
  'readAhead': (string);
  'kernelMajor': (string);
  'kernelMinor': (string);
  'origin': (string);
  'originSize': (string);
  'poolLv': (string);
  'dataLv': (string);
  'metadataLv': (string);
  'movePv': (string);
  'convertLv': (string);
  'whenFull': (string);
  'tags': (string)[];
  'prettySize': (string);
}
