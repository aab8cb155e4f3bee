// Original file: protos/resource/definitions/proto_specs.proto


export interface LinuxIDMapping {
  'containerId'?: (number);
  'hostId'?: (number);
  'size'?: (number);
}

export interface LinuxIDMapping__Output {
  'containerId': (number);
  'hostId': (number);
  'size': (number);
}
