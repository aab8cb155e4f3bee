// Original file: protos/resource/definitions/enums_specs.proto

export const StorageLVMLogicalVolumeType = {
  LVM_LOGICAL_VOLUME_TYPE_LINEAR: 'LVM_LOGICAL_VOLUME_TYPE_LINEAR',
  LVM_LOGICAL_VOLUME_TYPE_RAID1: 'LVM_LOGICAL_VOLUME_TYPE_RAID1',
  LVM_LOGICAL_VOLUME_TYPE_RAID0: 'LVM_LOGICAL_VOLUME_TYPE_RAID0',
  LVM_LOGICAL_VOLUME_TYPE_RAID10: 'LVM_LOGICAL_VOLUME_TYPE_RAID10',
} as const;

export type StorageLVMLogicalVolumeType =
  | 'LVM_LOGICAL_VOLUME_TYPE_LINEAR'
  | 0
  | 'LVM_LOGICAL_VOLUME_TYPE_RAID1'
  | 1
  | 'LVM_LOGICAL_VOLUME_TYPE_RAID0'
  | 2
  | 'LVM_LOGICAL_VOLUME_TYPE_RAID10'
  | 3

export type StorageLVMLogicalVolumeType__Output = typeof StorageLVMLogicalVolumeType[keyof typeof StorageLVMLogicalVolumeType]
