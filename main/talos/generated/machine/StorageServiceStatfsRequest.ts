// Original file: protos/machine/storage.proto


export interface StorageServiceStatfsRequest {
  'path'?: (string);
}

export interface StorageServiceStatfsRequest__Output {
  'path': (string);
}
