/** Milliseconds as google.protobuf.Timestamp (since 1970) or Duration, which have the same shape. */
export function secondsAndNanos(milliseconds: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(milliseconds / 1000)
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) }
}

/** Milliseconds of a google.protobuf.Duration. */
export function durationMilliseconds(
  duration: { readonly seconds: unknown; readonly nanos: number } | null | undefined,
): number | undefined {
  return duration ? Number(duration.seconds) * 1000 + duration.nanos / 1e6 : undefined
}
