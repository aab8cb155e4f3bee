// Original file: protos/resource/definitions/runtime_specs.proto


export interface KernelCmdlineSpec {
  'cmdline'?: (string);
}

export interface KernelCmdlineSpec__Output {
  'cmdline': (string);
}
