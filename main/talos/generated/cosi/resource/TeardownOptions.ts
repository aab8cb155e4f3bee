// Original file: protos/cosi/resource/state.proto


export interface TeardownOptions {
  'owner'?: (string);
}

export interface TeardownOptions__Output {
  'owner': (string);
}
