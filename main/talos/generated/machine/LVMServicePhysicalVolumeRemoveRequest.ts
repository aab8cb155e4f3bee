// Original file: protos/machine/lvm.proto


export interface LVMServicePhysicalVolumeRemoveRequest {
  'device'?: (string);
}

export interface LVMServicePhysicalVolumeRemoveRequest__Output {
  'device': (string);
}
