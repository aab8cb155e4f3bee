// Original file: protos/resource/definitions/enums_specs.proto

export const RuntimeKernelModuleState = {
  KERNEL_MODULE_STATE_LIVE: 'KERNEL_MODULE_STATE_LIVE',
  KERNEL_MODULE_STATE_LOADING: 'KERNEL_MODULE_STATE_LOADING',
  KERNEL_MODULE_STATE_UNLOADING: 'KERNEL_MODULE_STATE_UNLOADING',
  KERNEL_MODULE_STATE_BUILTIN: 'KERNEL_MODULE_STATE_BUILTIN',
} as const;

export type RuntimeKernelModuleState =
  | 'KERNEL_MODULE_STATE_LIVE'
  | 0
  | 'KERNEL_MODULE_STATE_LOADING'
  | 1
  | 'KERNEL_MODULE_STATE_UNLOADING'
  | 2
  | 'KERNEL_MODULE_STATE_BUILTIN'
  | 3

export type RuntimeKernelModuleState__Output = typeof RuntimeKernelModuleState[keyof typeof RuntimeKernelModuleState]
