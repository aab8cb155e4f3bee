// Original file: protos/cosi/resource/state.proto


export interface TeardownResponse {
  'destroyReady'?: (boolean);
}

export interface TeardownResponse__Output {
  'destroyReady': (boolean);
}
