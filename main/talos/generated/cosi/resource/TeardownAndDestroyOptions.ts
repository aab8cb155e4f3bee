// Original file: protos/cosi/resource/state.proto


export interface TeardownAndDestroyOptions {
  'owner'?: (string);
}

export interface TeardownAndDestroyOptions__Output {
  'owner': (string);
}
