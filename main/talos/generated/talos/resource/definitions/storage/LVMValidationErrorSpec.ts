// Original file: protos/resource/definitions/storage_specs.proto


export interface LVMValidationErrorSpec {
  'vgName'?: (string);
  'message'?: (string);
}

export interface LVMValidationErrorSpec__Output {
  'vgName': (string);
  'message': (string);
}
