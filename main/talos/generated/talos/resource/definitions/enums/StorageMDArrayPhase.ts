// Original file: protos/resource/definitions/enums_specs.proto

export const StorageMDArrayPhase = {
  MD_ARRAY_PHASE_UNKNOWN: 'MD_ARRAY_PHASE_UNKNOWN',
  MD_ARRAY_PHASE_WAITING: 'MD_ARRAY_PHASE_WAITING',
  MD_ARRAY_PHASE_REBUILDING: 'MD_ARRAY_PHASE_REBUILDING',
  MD_ARRAY_PHASE_READY: 'MD_ARRAY_PHASE_READY',
  MD_ARRAY_PHASE_ERROR: 'MD_ARRAY_PHASE_ERROR',
} as const;

export type StorageMDArrayPhase =
  | 'MD_ARRAY_PHASE_UNKNOWN'
  | 0
  | 'MD_ARRAY_PHASE_WAITING'
  | 1
  | 'MD_ARRAY_PHASE_REBUILDING'
  | 2
  | 'MD_ARRAY_PHASE_READY'
  | 3
  | 'MD_ARRAY_PHASE_ERROR'
  | 4

export type StorageMDArrayPhase__Output = typeof StorageMDArrayPhase[keyof typeof StorageMDArrayPhase]
