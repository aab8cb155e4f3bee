/** Milliseconds since 1970 as google.protobuf.Timestamp. */
export function timestamp(milliseconds: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(milliseconds / 1000)
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) }
}

/** Milliseconds of a google.protobuf.Duration. */
export function durationMilliseconds(
  duration: { readonly seconds: unknown; readonly nanos: number } | null | undefined,
): number | undefined {
  return duration ? Number(duration.seconds) * 1000 + duration.nanos / 1e6 : undefined
}

/** Milliseconds as google.protobuf.Duration. */
export const duration = timestamp
