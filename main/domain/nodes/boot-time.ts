const FRAME = /^\w+:\s+\w+: \[([^\]]+)\]: (.*)$/

/**
 * Seconds from the first kernel line to "machine is running and ready", from one boot's kernel log
 * (behaviour.md §12.1). Offsets inside one log are trusted, its wall clock is not. `undefined` when the ring no
 * longer holds the start, or the node never became ready.
 */
export function bootTookSeconds(lines: Iterable<string>): number | undefined {
  let start: number | undefined
  for (const line of lines) {
    const found = FRAME.exec(line)
    if (found === null) continue
    const [, stamp = '', text = ''] = found
    const at = Date.parse(stamp.replace(/(\.\d{3})\d+/, '$1'))
    if (Number.isNaN(at)) continue
    if (text.startsWith('Linux version ')) start = at
    else if (start !== undefined && text.includes('machine is running and ready')) return (at - start) / 1000
  }
  return undefined
}

/** A line of `Dmesg` taken apart; lines that continue another (leading space) keep their text whole. */
export function parseKernelLine(line: string): {
  time?: string
  facility?: string
  priority?: string
  text: string
} {
  const found = /^(\w+):\s+(\w+): \[([^\]]+)\]: (.*)$/.exec(line)
  if (found === null) return { text: line }
  const [, facility = '', priority = '', time = '', text = ''] = found
  return { facility, priority, time, text }
}
