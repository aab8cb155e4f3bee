// Original file: protos/cosi/resource/state.proto


export interface DestroyResponse {
}

export interface DestroyResponse__Output {
}
