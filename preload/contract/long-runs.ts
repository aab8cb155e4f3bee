import type { Run } from './runs.ts'

/**
 * Runs long enough that a person looks elsewhere meanwhile: these are told outside the window, by either host. A plain
 * value: the window imports this file as it runs, and brings no schemas with it.
 */
export const longRuns = [
  'upgrade',
  'rollback',
  'reboot',
  'shutdown',
  'reset',
  'kubernetes',
] as const satisfies readonly Run['kind'][]
export type LongRun = (typeof longRuns)[number]
