import type { BootTiming } from '#contract/runs.ts'

/** Parts of a boot in the order in which they happen; `rest` is what nobody could tell apart. */
export const BOOT_PARTS = ['shutdown', 'firmware', 'kernel', 'initialize', 'boot', 'ready', 'rest'] as const
export type BootPart = (typeof BOOT_PARTS)[number]

export type BootRow = Pick<BootTiming, 'at' | 'talos' | 'runId' | 'way' | 'total'> &
  Partial<Record<Exclude<BootPart, 'rest'>, number | undefined>>

/** Seconds of a part; what is missing of the whole is the rest, and never less than nothing. */
export function secondsOf(row: BootRow, part: BootPart): number {
  if (part !== 'rest') return row[part] ?? 0
  const told = BOOT_PARTS.reduce((sum, one) => (one === 'rest' ? sum : sum + (row[one] ?? 0)), 0)
  return Math.max(0, row.total - told)
}
