// Original file: protos/resource/definitions/perf_specs.proto

import type { CPUStat as _talos_resource_definitions_perf_CPUStat, CPUStat__Output as _talos_resource_definitions_perf_CPUStat__Output } from '../../../../talos/resource/definitions/perf/CPUStat.ts';
import type { Long } from '@grpc/proto-loader';

export interface CPUSpec {
  'cpu'?: (_talos_resource_definitions_perf_CPUStat)[];
  'cpuTotal'?: (_talos_resource_definitions_perf_CPUStat | null);
  'irqTotal'?: (number | string | Long);
  'contextSwitches'?: (number | string | Long);
  'processCreated'?: (number | string | Long);
  'processRunning'?: (number | string | Long);
  'processBlocked'?: (number | string | Long);
  'softIrqTotal'?: (number | string | Long);
}

export interface CPUSpec__Output {
  'cpu': (_talos_resource_definitions_perf_CPUStat__Output)[];
  'cpuTotal': (_talos_resource_definitions_perf_CPUStat__Output | null);
  'irqTotal': (string);
  'contextSwitches': (string);
  'processCreated': (string);
  'processRunning': (string);
  'processBlocked': (string);
  'softIrqTotal': (string);
}
