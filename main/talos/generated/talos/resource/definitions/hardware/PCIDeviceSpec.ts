// Original file: protos/resource/definitions/hardware_specs.proto


export interface PCIDeviceSpec {
  'class'?: (string);
  'subclass'?: (string);
  'vendor'?: (string);
  'product'?: (string);
  'classId'?: (string);
  'subclassId'?: (string);
  'vendorId'?: (string);
  'productId'?: (string);
  'driver'?: (string);
}

export interface PCIDeviceSpec__Output {
  'class': (string);
  'subclass': (string);
  'vendor': (string);
  'product': (string);
  'classId': (string);
  'subclassId': (string);
  'vendorId': (string);
  'productId': (string);
  'driver': (string);
}
