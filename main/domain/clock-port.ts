/** Time as the rules see it; a test turns it by hand. */
export interface ClockPort {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after that long; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export function toInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
