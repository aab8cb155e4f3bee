// Original file: protos/resource/definitions/runtime_specs.proto


export interface PlatformMetadataSpec {
  'platform'?: (string);
  'hostname'?: (string);
  'region'?: (string);
  'zone'?: (string);
  'instanceType'?: (string);
  'instanceId'?: (string);
  'providerId'?: (string);
  'spot'?: (boolean);
  'internalDns'?: (string);
  'externalDns'?: (string);
  'tags'?: ({[key: string]: string});
}

export interface PlatformMetadataSpec__Output {
  'platform': (string);
  'hostname': (string);
  'region': (string);
  'zone': (string);
  'instanceType': (string);
  'instanceId': (string);
  'providerId': (string);
  'spot': (boolean);
  'internalDns': (string);
  'externalDns': (string);
  'tags': ({[key: string]: string});
}
