// Original file: protos/resource/definitions/cluster_specs.proto

import type { Long } from '@grpc/proto-loader';

export interface ControlPlane {
  'apiServerPort'?: (number | string | Long);
}

export interface ControlPlane__Output {
  'apiServerPort': (string);
}
