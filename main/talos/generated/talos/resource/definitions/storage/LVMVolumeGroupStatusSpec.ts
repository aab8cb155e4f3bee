// Original file: protos/resource/definitions/storage_specs.proto


export interface LVMVolumeGroupStatusSpec {
  'name'?: (string);
  'uuid'?: (string);
  'format'?: (string);
  'permissions'?: (string);
  'extendable'?: (string);
  'exported'?: (string);
  'partial'?: (string);
  'allocationPolicy'?: (string);
  'clustered'?: (string);
  'shared'?: (string);
  'size'?: (string);
  'free'?: (string);
  'extentSize'?: (string);
  'extentCount'?: (string);
  'freeExtentCount'?: (string);
  'maxLv'?: (string);
  'maxPv'?: (string);
  'lvCount'?: (string);
  'pvCount'?: (string);
  'snapCount'?: (string);
  'missingPvCount'?: (string);
  'seqNo'?: (string);
  'lockType'?: (string);
  'systemId'?: (string);
  'tags'?: (string)[];
  'prettySize'?: (string);
  'prettyFree'?: (string);
}

export interface LVMVolumeGroupStatusSpec__Output {
  'name': (string);
  'uuid': (string);
  'format': (string);
  'permissions': (string);
  'extendable': (string);
  'exported': (string);
  'partial': (string);
  'allocationPolicy': (string);
  'clustered': (string);
  'shared': (string);
  'size': (string);
  'free': (string);
  'extentSize': (string);
  'extentCount': (string);
  'freeExtentCount': (string);
  'maxLv': (string);
  'maxPv': (string);
  'lvCount': (string);
  'pvCount': (string);
  'snapCount': (string);
  'missingPvCount': (string);
  'seqNo': (string);
  'lockType': (string);
  'systemId': (string);
  'tags': (string)[];
  'prettySize': (string);
  'prettyFree': (string);
}
