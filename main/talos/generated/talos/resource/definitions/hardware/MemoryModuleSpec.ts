// Original file: protos/resource/definitions/hardware_specs.proto


export interface MemoryModuleSpec {
  'size'?: (number);
  'deviceLocator'?: (string);
  'bankLocator'?: (string);
  'speed'?: (number);
  'manufacturer'?: (string);
  'serialNumber'?: (string);
  'assetTag'?: (string);
  'productName'?: (string);
}

export interface MemoryModuleSpec__Output {
  'size': (number);
  'deviceLocator': (string);
  'bankLocator': (string);
  'speed': (number);
  'manufacturer': (string);
  'serialNumber': (string);
  'assetTag': (string);
  'productName': (string);
}
