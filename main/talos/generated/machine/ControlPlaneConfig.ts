// Original file: protos/machine/machine.proto


export interface ControlPlaneConfig {
  'endpoint'?: (string);
}

export interface ControlPlaneConfig__Output {
  'endpoint': (string);
}
