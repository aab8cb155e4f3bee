// Original file: protos/cosi/resource/state.proto


export interface UpdateOptions {
  'owner'?: (string);
  'expectedPhase'?: (string);
  '_expectedPhase'?: "expectedPhase";
}

export interface UpdateOptions__Output {
  'owner': (string);
  'expectedPhase'?: (string);
  '_expectedPhase'?: "expectedPhase";
}
