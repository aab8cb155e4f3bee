// Original file: protos/resource/definitions/etcd_specs.proto


export interface MemberSpec {
  'memberId'?: (string);
}

export interface MemberSpec__Output {
  'memberId': (string);
}
