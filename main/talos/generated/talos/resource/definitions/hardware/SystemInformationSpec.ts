// Original file: protos/resource/definitions/hardware_specs.proto


export interface SystemInformationSpec {
  'manufacturer'?: (string);
  'productName'?: (string);
  'version'?: (string);
  'serialNumber'?: (string);
  'uuid'?: (string);
  'wakeUpType'?: (string);
  'skuNumber'?: (string);
  'biosVersion'?: (string);
}

export interface SystemInformationSpec__Output {
  'manufacturer': (string);
  'productName': (string);
  'version': (string);
  'serialNumber': (string);
  'uuid': (string);
  'wakeUpType': (string);
  'skuNumber': (string);
  'biosVersion': (string);
}
