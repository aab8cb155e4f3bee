// Original file: protos/cosi/resource/meta.proto


export interface NamespaceSpec {
  'description'?: (string);
}

export interface NamespaceSpec__Output {
  'description': (string);
}
