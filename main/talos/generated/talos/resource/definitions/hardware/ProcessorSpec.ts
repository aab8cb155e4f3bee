// Original file: protos/resource/definitions/hardware_specs.proto


export interface ProcessorSpec {
  'socket'?: (string);
  'manufacturer'?: (string);
  'productName'?: (string);
  'maxSpeed'?: (number);
  'bootSpeed'?: (number);
  'status'?: (number);
  'serialNumber'?: (string);
  'assetTag'?: (string);
  'partNumber'?: (string);
  'coreCount'?: (number);
  'coreEnabled'?: (number);
  'threadCount'?: (number);
}

export interface ProcessorSpec__Output {
  'socket': (string);
  'manufacturer': (string);
  'productName': (string);
  'maxSpeed': (number);
  'bootSpeed': (number);
  'status': (number);
  'serialNumber': (string);
  'assetTag': (string);
  'partNumber': (string);
  'coreCount': (number);
  'coreEnabled': (number);
  'threadCount': (number);
}
