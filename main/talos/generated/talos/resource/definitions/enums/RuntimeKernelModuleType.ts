// Original file: protos/resource/definitions/enums_specs.proto

export const RuntimeKernelModuleType = {
  KERNEL_MODULE_TYPE_UNKNOWN: 'KERNEL_MODULE_TYPE_UNKNOWN',
  KERNEL_MODULE_TYPE_BUILTIN: 'KERNEL_MODULE_TYPE_BUILTIN',
  KERNEL_MODULE_TYPE_DYNAMIC: 'KERNEL_MODULE_TYPE_DYNAMIC',
} as const;

export type RuntimeKernelModuleType =
  | 'KERNEL_MODULE_TYPE_UNKNOWN'
  | 0
  | 'KERNEL_MODULE_TYPE_BUILTIN'
  | 1
  | 'KERNEL_MODULE_TYPE_DYNAMIC'
  | 2

export type RuntimeKernelModuleType__Output = typeof RuntimeKernelModuleType[keyof typeof RuntimeKernelModuleType]
