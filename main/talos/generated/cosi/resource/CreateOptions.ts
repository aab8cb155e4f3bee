// Original file: protos/cosi/resource/state.proto


export interface CreateOptions {
  'owner'?: (string);
}

export interface CreateOptions__Output {
  'owner': (string);
}
