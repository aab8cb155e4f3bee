// Original file: protos/resource/definitions/block_specs.proto


export interface MountRequestSpec {
  'volumeId'?: (string);
  'parentMountId'?: (string);
  'requesters'?: (string)[];
  'requesterIDs'?: (string)[];
  'readOnly'?: (boolean);
  'detached'?: (boolean);
  'disableAccessTime'?: (boolean);
  'secure'?: (boolean);
  'noExec'?: (boolean);
}

export interface MountRequestSpec__Output {
  'volumeId': (string);
  'parentMountId': (string);
  'requesters': (string)[];
  'requesterIDs': (string)[];
  'readOnly': (boolean);
  'detached': (boolean);
  'disableAccessTime': (boolean);
  'secure': (boolean);
  'noExec': (boolean);
}
