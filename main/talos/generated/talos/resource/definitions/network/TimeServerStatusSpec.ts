// Original file: protos/resource/definitions/network_specs.proto


export interface TimeServerStatusSpec {
  'ntpServers'?: (string)[];
  'useNts'?: (boolean);
}

export interface TimeServerStatusSpec__Output {
  'ntpServers': (string)[];
  'useNts': (boolean);
}
