import type { Timestamp__Output } from './generated/google/protobuf/Timestamp.ts'

/** ISO 8601, or `undefined` for a time that was never set. Nanoseconds are cut to milliseconds. */
export function toOptionalInstant(timestamp: Timestamp__Output | null | undefined): string | undefined {
  if (timestamp === null || timestamp === undefined) return undefined
  const milliseconds = Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1_000_000)
  // Go's zero time is the year 1, which a node sends for "never".
  return milliseconds <= 0 ? undefined : new Date(milliseconds).toISOString()
}
