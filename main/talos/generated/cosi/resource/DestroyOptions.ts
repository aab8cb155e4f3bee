// Original file: protos/cosi/resource/state.proto


export interface DestroyOptions {
  'owner'?: (string);
}

export interface DestroyOptions__Output {
  'owner': (string);
}
