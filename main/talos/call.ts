import { setMaxListeners } from 'node:events'
import { status, type ServiceError } from '@grpc/grpc-js'
import type { ClockPort } from '../domain/clock-port.ts'
import { TalosFailure, isFailure } from '../domain/talos-failure.ts'
import { createHeartbeat } from './heartbeat.ts'
import { isGrpcStatus, toTalosFailure, type CallFacts } from './map-status.ts'
import type { Lease, Router } from './route-node.ts'

/** The client's half of a generated method definition: request as written, answer as read. */
interface Method<Request, Answer> {
  readonly path: string
  readonly requestSerialize: (request: Request) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Answer
}

export interface CallOptions {
  readonly signal: AbortSignal
  /** 10 s when absent, for a unary call; none when absent, for a stream. */
  readonly deadlineMs?: number
  /** A `write` is sent once, whatever comes of it. `read` when absent. */
  readonly effect?: 'read' | 'write'
}

export interface Caller {
  unary<Request, Answer>(
    node: string,
    method: Method<Request, Answer>,
    request: NoInfer<Request>,
    options: CallOptions,
  ): Promise<Answer>
  /** Ends when the node ends it, throws a `TalosFailure` when it fails; leaving the loop cancels on the wire. */
  stream<Request, Answer>(
    node: string,
    method: Method<Request, Answer>,
    request: NoInfer<Request>,
    options: CallOptions,
  ): AsyncGenerator<Answer, void, undefined>
  /** Cancels everything that is under way. */
  close(): void
}

export interface CallerOptions {
  readonly router: Router
  readonly clock: ClockPort
  readonly roles: readonly string[]
  /** `Version`, with which a silent node is asked whether it is there. */
  readonly ping: Method<object, unknown>
}

const UNARY_DEADLINE_MS = 10_000
const PING_DEADLINE_MS = 5_000

export function createCaller({ router, clock, roles, ping }: CallerOptions): Caller {
  const heartbeat = createHeartbeat(clock)
  const closing = { begun: false }
  const open = new Set<() => void>()

  /** Runs `work` with a signal that the caller's own and `close` abort. */
  function begin(signal: AbortSignal): { readonly signal: AbortSignal; end(): void } {
    const controller = new AbortController()
    const abort = () => {
      controller.abort()
    }
    if (signal.aborted || closing.begun) abort()
    // A plan reads a dozen things of a node at once with one signal; each listener goes with its call.
    setMaxListeners(0, signal)
    signal.addEventListener('abort', abort, { once: true })
    open.add(abort)
    return {
      signal: controller.signal,
      end() {
        signal.removeEventListener('abort', abort)
        open.delete(abort)
      },
    }
  }

  function factsOf(node: string, via: string, path: string, options: CallOptions): CallFacts {
    const method = path.slice(path.lastIndexOf('/') + 1)
    return { node, via, method, effect: options.effect ?? 'read', roles }
  }

  function failureOf(error: unknown, facts: CallFacts, signal: AbortSignal): unknown {
    if (signal.aborted) return cancelled(facts.node)
    return isGrpcStatus(error) ? toTalosFailure(error, facts) : error
  }

  /** Whether the call may go again: nothing was done, and there is another way or a new connection. */
  function mayRetry(
    failure: unknown,
    node: string,
    lease: Lease,
    facts: CallFacts,
    attempt: number,
  ): boolean {
    if (isFailure(failure, 'worker-as-endpoint')) return router.exclude(node, lease)
    // An endpoint that cannot verify the node handed nothing on: one that waits for its configuration can be asked
    // by itself what it is.
    if (isFailure(failure, 'wrong-ca') && lease.via !== 'direct') {
      router.discard(node, lease)
      return attempt === 1
    }
    if (!isFailure(failure, 'unreachable', 'interrupted')) return false
    router.discard(node, lease)
    return attempt === 1 && facts.effect === 'read'
  }

  /** Any answer in time is a sign of life, also a refusal. */
  async function isThere(lease: Lease): Promise<boolean> {
    const late = new AbortController()
    const answered = new AbortController()
    clock.sleep(PING_DEADLINE_MS, answered.signal).then(
      () => {
        late.abort()
      },
      () => undefined,
    )
    try {
      await sendUnary(lease, ping, {}, { signal: late.signal })
      return true
    } catch (error) {
      return !late.signal.aborted && !(isGrpcStatus(error) && error.code === status.UNAVAILABLE)
    } finally {
      answered.abort()
    }
  }

  async function* streamOnce<Request, Answer>(
    node: string,
    lease: Lease,
    method: Method<Request, Answer>,
    request: NoInfer<Request>,
    options: CallOptions,
  ): AsyncGenerator<Answer, void, undefined> {
    const call = openStream(lease, method, request, options)
    const seen = { dead: false }
    const pulse = heartbeat.watch(
      node,
      () => isThere(lease),
      () => {
        seen.dead = true
        call.cancel()
      },
    )
    options.signal.addEventListener('abort', call.cancel, { once: true })
    try {
      for await (const message of call.messages) {
        pulse.heard()
        yield message
      }
    } catch (error) {
      if (!seen.dead) throw error
      throw new TalosFailure('unreachable', `${node} went silent: it does not even tell its version.`, {
        node,
      })
    } finally {
      options.signal.removeEventListener('abort', call.cancel)
      pulse.stop()
      call.cancel()
    }
  }

  return {
    async unary(node, method, request, options) {
      const under = begin(options.signal)
      const own = { ...options, signal: under.signal }
      try {
        for (let attempt = 1; ; attempt += 1) {
          const lease = await leaseOrAbort(router, node, own.signal)
          const facts = factsOf(node, lease.via, method.path, options)
          try {
            return await sendUnary(lease, method, request, own)
          } catch (error) {
            const failure = failureOf(error, facts, own.signal)
            if (!mayRetry(failure, node, lease, facts, attempt)) throw failure
          }
        }
      } finally {
        under.end()
      }
    },

    async *stream(node, method, request, options) {
      const under = begin(options.signal)
      const own = { ...options, signal: under.signal }
      try {
        for (let attempt = 1; ; attempt += 1) {
          const lease = await leaseOrAbort(router, node, own.signal)
          const facts = factsOf(node, lease.via, method.path, options)
          let begun = false
          try {
            for await (const message of streamOnce(node, lease, method, request, own)) {
              begun = true
              yield message
            }
            if (own.signal.aborted) throw cancelled(node)
            return
          } catch (error) {
            const failure = failureOf(error, facts, own.signal)
            if (!mayRetry(failure, node, lease, facts, attempt) || begun) throw failure
          }
        }
      } finally {
        under.end()
      }
    },

    close() {
      closing.begun = true
      for (const abort of [...open]) abort()
    },
  }
}

function cancelled(node: string): TalosFailure {
  return new TalosFailure('cancelled', 'The call was cancelled.', { node })
}

/** The search for a way goes on for others when one caller gives up. */
function leaseOrAbort(router: Router, node: string, signal: AbortSignal): Promise<Lease> {
  if (signal.aborted) return Promise.reject(cancelled(node))
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(cancelled(node))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    router
      .lease(node)
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', onAbort)
      })
  })
}

function sendUnary<Request, Answer>(
  lease: Lease,
  method: Method<Request, Answer>,
  request: NoInfer<Request>,
  options: CallOptions,
): Promise<Answer> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    const call = lease.channel.client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      lease.metadata,
      { deadline: Date.now() + (options.deadlineMs ?? UNARY_DEADLINE_MS) },
      (error: ServiceError | null, answer?: Answer) => {
        signal.removeEventListener('abort', cancel)
        if (error !== null) reject(error)
        else resolve(answer as Answer)
      },
    )
    function cancel() {
      call.cancel()
    }
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
  })
}

function openStream<Request, Answer>(
  lease: Lease,
  method: Method<Request, Answer>,
  request: NoInfer<Request>,
  options: CallOptions,
): { readonly messages: AsyncIterable<Answer>; readonly cancel: () => void } {
  const { signal, deadlineMs } = options
  const call = lease.channel.client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
    lease.metadata,
    deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
  )
  // After the loop is left, the status of the cancelled call still comes, as an error nobody waits for.
  call.on('error', () => undefined)
  const cancel = () => {
    call.cancel()
  }
  if (signal.aborted) cancel()
  return { messages: call as AsyncIterable<Answer>, cancel }
}
