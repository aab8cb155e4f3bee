import type { MethodName, StreamFrame, StreamName } from '#contract/bridge.ts'
import { INITIAL_CREDIT, methodNames, streamNames } from '#contract/bridge.ts'
import { contract } from '#contract/index.ts'
import type { Result, WireError } from '#contract/wire-error.ts'
import type { ClockPort } from '../domain/clock-port.ts'
import type { LogPort } from '../domain/log-port.ts'
import { TalosFailure, toWireError } from '../domain/talos-failure.ts'
import type { RunningCall } from './call-registry.ts'
import { createCallRegistry } from './call-registry.ts'
import type { Handlers, StreamEvent } from './handlers.ts'
import type { Credit } from './stream-pump.ts'
import { createCredit, pump } from './stream-pump.ts'
import { untilAborted } from './until-aborted.ts'
import { INPUT_LIMIT, sizeOf } from './value-size.ts'

/**
 * One window's side of the border. Hosts carry bytes; everything that decides is here, so that both hosts and the
 * tests behave alike. Disposing it aborts whatever the window had running.
 */
export interface Session extends Disposable {
  /** Never rejects: whatever goes wrong is in the `Result`. */
  call(name: string, id: string, input: unknown): Promise<Result<unknown>>
  /** Sends frames until the stream ends, fails or is cancelled. */
  open(name: string, id: string, input: unknown, send: (frame: StreamFrame) => void): void
  cancel(id: string): void
  credit(id: string, frames: number): void
}

export interface Border {
  readonly handlers: Handlers
  readonly log: LogPort
  readonly clock: ClockPort
}

type AnyMethod = (input: unknown, signal: AbortSignal) => Promise<unknown>
type AnyStream = (input: unknown, signal: AbortSignal) => AsyncIterable<StreamEvent<unknown>>

const methods: ReadonlySet<string> = new Set(methodNames)
const streams: ReadonlySet<string> = new Set(streamNames)
const ID = /^[\w-]{1,64}$/

export function createSession({ handlers, log, clock }: Border): Session {
  const running = createCallRegistry()
  const credits = new Map<string, Credit>()

  return {
    async call(name, id, input) {
      try {
        if (!isMethod(name)) throw malformed('There is no such call.')
        using call = begin(id)
        const parsed = parseInput(name, input)
        const handler = handlers[name] as AnyMethod
        const value = await untilAborted(handler(parsed, call.signal), call.signal, cancelled)
        // Output is parsed too: zod drops what the contract does not name, so a key cannot ride along.
        return { ok: true, value: contract[name].output.parse(value) }
      } catch (error) {
        return { ok: false, error: report(name, error) }
      }
    },

    open(name, id, input, send) {
      void (async () => {
        let call: RunningCall | undefined
        try {
          if (!isStream(name)) throw malformed('There is no such stream.')
          call = begin(id)
          const credit = createCredit(INITIAL_CREDIT)
          credits.set(id, credit)
          const parsed = parseInput(name, input)
          const handler = handlers[name] as AnyStream
          const { signal } = call
          const { item } = contract[name]
          const events = handler(parsed, signal)
          await pump({ events, parse: (value) => item.parse(value), send, credit, clock, signal })
          send({ kind: 'end' })
        } catch (error) {
          if (call?.signal.aborted !== true) send({ kind: 'failed', error: report(name, error) })
        } finally {
          if (call !== undefined) {
            credits.delete(id)
            // What the handler still has open on the node, such as a log behind a frame that could not be sent.
            call.abort()
            call[Symbol.dispose]()
          }
        }
      })()
    },

    cancel: (id) => running.cancel(id),
    credit(id, frames) {
      if (Number.isInteger(frames) && frames > 0) credits.get(id)?.give(frames)
    },
    [Symbol.dispose]: () => running.abortAll(),
  }

  function begin(id: string): RunningCall {
    const call = typeof id === 'string' && ID.test(id) ? running.begin(id) : undefined
    if (call === undefined) throw malformed('The call has no id of its own, or too many run at once.')
    return call
  }

  /** What the window is told. A bug is logged whole and shown bare. */
  function report(name: string, error: unknown): WireError {
    const wire = toWireError(error)
    if (wire.code === 'internal') log.error('ipc.bug', error, { name: known(name) })
    else if (wire.code === 'malformed-call')
      log.warn('ipc.malformed', { name: known(name), message: wire.message })
    else if (wire.code !== 'cancelled') log.info('ipc.failed', { name, code: wire.code, node: wire.node })
    return wire
  }
}

function parseInput(name: MethodName | StreamName, input: unknown): unknown {
  if (sizeOf(input, INPUT_LIMIT) === Number.POSITIVE_INFINITY) throw malformed('The input is too large.')
  const parsed = contract[name].input.safeParse(input)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`)
  throw malformed(where.slice(0, 5).join('; '))
}

function cancelled(): TalosFailure {
  return new TalosFailure('cancelled', 'The call was cancelled.')
}

function isMethod(name: string): name is MethodName {
  return methods.has(name)
}

function isStream(name: string): name is StreamName {
  return streams.has(name)
}

/** Names come from the window too; only ours go into the log. */
function known(name: string): string {
  return isMethod(name) || isStream(name) ? name : 'unknown'
}

function malformed(message: string): TalosFailure {
  return new TalosFailure('malformed-call', message)
}
