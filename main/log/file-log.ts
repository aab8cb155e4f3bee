import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogPort } from '../domain/log-port.ts'
import { redact } from './redact.ts'

export interface FileLogOptions {
  /** Folder of the files `ichor.log` (newest), `ichor.1.log`, …; made when missing. */
  readonly folder: string
  readonly now: () => number
  /** Size at which a new file is begun. */
  readonly bytes?: number
  /** How many files are kept, the newest included. */
  readonly files?: number
}

export interface FileLog extends LogPort {
  readonly path: string
  /** Resolves when all that was logged is on disk. */
  flush(): Promise<void>
  /** For the last moments of a process. */
  flushNow(): void
}

/**
 * One JSON object per line: `at`, `level`, `event`, then the fields, redacted. Writing happens behind the caller's
 * back; a disk that refuses never stops the app.
 */
export function createFileLog({ folder, now, bytes = 5_000_000, files = 4 }: FileLogOptions): FileLog {
  const path = join(folder, 'ichor.log')
  let pending = ''
  let size = 0
  let writing: Promise<void> | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    // Nowhere to log to; every write below fails as quietly.
  }

  function write(level: 'info' | 'warn' | 'error', event: string, fields: unknown): void {
    const extra = typeof fields === 'object' && fields !== null ? fields : {}
    pending += `${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...extra })}\n`
    writing ??= drain().finally(() => (writing = undefined))
  }

  async function drain(): Promise<void> {
    // Let what is logged in the same turn go in one write.
    await Promise.resolve()
    while (pending !== '') {
      const text = takePending()
      await appendFile(path, text, { mode: 0o600 }).catch(() => undefined)
    }
  }

  function takePending(): string {
    const text = pending
    pending = ''
    if (size > 0 && size + text.length > bytes) rotate()
    size += Buffer.byteLength(text)
    return text
  }

  function rotate(): void {
    const name = (n: number): string => (n === 0 ? path : join(folder, `ichor.${n}.log`))
    try {
      rmSync(name(files - 1), { force: true })
      for (let n = files - 2; n >= 0; n -= 1) {
        if (statSync(name(n), { throwIfNoEntry: false }) !== undefined) renameSync(name(n), name(n + 1))
      }
      size = 0
    } catch {
      // Keeps writing to the file it has.
    }
  }

  return {
    path,
    info: (event, fields) => write('info', event, redact(fields)),
    warn: (event, fields) => write('warn', event, redact(fields)),
    error: (event, error, fields) =>
      write('error', event, { ...asFields(redact(fields)), error: redact(error) }),
    async flush() {
      while (writing !== undefined) await writing
    },
    flushNow() {
      if (pending === '') return
      try {
        appendFileSync(path, takePending(), { mode: 0o600 })
      } catch {
        // The process is ending; there is nobody left to tell.
      }
    },
  }
}

function asFields(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
