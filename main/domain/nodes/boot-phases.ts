import { parseKernelLine } from './boot-time.ts'

/** Seconds of each part of one boot, as its own kernel log tells them (behaviour.md §12.1). */
export interface BootPhases {
  /** First line of the kernel, milliseconds since 1970 by the node's clock. */
  readonly startedAt: number
  readonly talos: string | undefined
  readonly kernel: number | undefined
  readonly initialize: number | undefined
  readonly boot: number | undefined
  readonly ready: number | undefined
  /** From the first line of the kernel until running and ready; absent while it is not. */
  readonly total: number | undefined
}

const MARKS = [
  ['talos', /\[initramfs\] booting Talos (v\S+)/],
  ['initialized', /initialize sequence: done/],
  ['booted', /boot sequence: done/],
  ['ready', /machine is running and ready/],
] as const
type Mark = (typeof MARKS)[number][0]

/**
 * Offsets inside one log are trusted, its wall clock is not. `undefined` when the ring no longer holds the start.
 * A log that holds several boots gives the last.
 */
export function bootPhases(lines: Iterable<string>): BootPhases | undefined {
  let start: number | undefined
  let version: string | undefined
  let at: Partial<Record<Mark, number>> = {}
  for (const line of lines) {
    const { time, text } = parseKernelLine(line)
    const stamp = time === undefined ? Number.NaN : Date.parse(time.replace(/(\.\d{3})\d+/, '$1'))
    if (Number.isNaN(stamp)) continue
    if (text.startsWith('Linux version ')) {
      start = stamp
      version = undefined
      at = {}
      continue
    }
    if (start === undefined) continue
    for (const [mark, pattern] of MARKS) {
      const found = pattern.exec(text)
      if (found === null || at[mark] !== undefined) continue
      at[mark] = stamp
      version ??= found[1]
    }
  }
  if (start === undefined) return undefined
  return {
    startedAt: start,
    talos: version,
    kernel: seconds(start, at.talos),
    initialize: seconds(at.talos, at.initialized),
    boot: seconds(at.initialized, at.booted),
    ready: seconds(at.booted, at.ready),
    total: seconds(start, at.ready),
  }
}

/** The node may be ready a moment before the last task of its sequence says so: that is nothing waited for. */
function seconds(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from) / 1000
}
