// Original file: protos/cosi/resource/state.proto


export interface GetOptions {
}

export interface GetOptions__Output {
}
