// Original file: protos/resource/definitions/enums_specs.proto

export const StorageMDLevel = {
  MD_LEVEL_RAID1: 'MD_LEVEL_RAID1',
} as const;

export type StorageMDLevel =
  | 'MD_LEVEL_RAID1'
  | 0

export type StorageMDLevel__Output = typeof StorageMDLevel[keyof typeof StorageMDLevel]
