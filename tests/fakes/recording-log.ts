import type { LogPort } from '../../main/domain/log-port.ts'

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly error?: unknown
  readonly fields?: Readonly<Record<string, unknown>>
}

/** Keeps what was logged, for a test to read. */
export function createRecordingLog(): LogPort & { readonly entries: LogEntry[] } {
  const entries: LogEntry[] = []
  return {
    entries,
    info: (event, fields = {}) => void entries.push({ level: 'info', event, fields }),
    warn: (event, fields = {}) => void entries.push({ level: 'warn', event, fields }),
    error: (event, error, fields = {}) => void entries.push({ level: 'error', event, error, fields }),
  }
}
