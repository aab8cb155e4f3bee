/** Structured log. Fields are redacted by the writer; pass facts, never a config text or a key. */
export interface LogPort {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  /** A bug or a failure whole, stack included. */
  error(event: string, error: unknown, fields?: Readonly<Record<string, unknown>>): void
}
