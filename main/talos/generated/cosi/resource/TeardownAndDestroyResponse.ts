// Original file: protos/cosi/resource/state.proto


export interface TeardownAndDestroyResponse {
}

export interface TeardownAndDestroyResponse__Output {
}
