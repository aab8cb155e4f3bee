// Original file: protos/resource/definitions/k8s_specs.proto


export interface NodenameSpec {
  'nodename'?: (string);
  'hostnameVersion'?: (string);
  'skipNodeRegistration'?: (boolean);
}

export interface NodenameSpec__Output {
  'nodename': (string);
  'hostnameVersion': (string);
  'skipNodeRegistration': (boolean);
}
