// Original file: protos/resource/definitions/runtime_specs.proto


export interface ImageFactorySchematicSpec {
  'schematicId'?: (string);
  'flavor'?: (string);
  'apiurl'?: (string);
}

export interface ImageFactorySchematicSpec__Output {
  'schematicId': (string);
  'flavor': (string);
  'apiurl': (string);
}
