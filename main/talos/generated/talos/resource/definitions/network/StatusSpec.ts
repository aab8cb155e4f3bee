// Original file: protos/resource/definitions/network_specs.proto


export interface StatusSpec {
  'addressReady'?: (boolean);
  'connectivityReady'?: (boolean);
  'hostnameReady'?: (boolean);
  'etcFilesReady'?: (boolean);
}

export interface StatusSpec__Output {
  'addressReady': (boolean);
  'connectivityReady': (boolean);
  'hostnameReady': (boolean);
  'etcFilesReady': (boolean);
}
