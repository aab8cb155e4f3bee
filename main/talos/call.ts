import type * as grpc from '@grpc/grpc-js'
import { TalosFailure, isFailure } from '../domain/talos-failure.ts'
import { isGrpcStatus, toTalosFailure, type CallFacts } from './map-status.ts'
import type { Lease, Router } from './route-node.ts'

/** The client's half of a generated method definition: request as written, answer as read. */
export interface Method<Request, Answer> {
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
}

const UNARY_DEADLINE_MS = 10_000

export interface CallerOptions {
  readonly router: Router
  readonly roles: readonly string[]
}

export function createCaller({ router, roles }: CallerOptions): Caller {
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
    if (!isFailure(failure, 'unreachable') || facts.effect === 'write') return false
    router.discard(node, lease)
    return attempt === 1
  }

  return {
    async unary(node, method, request, options) {
      for (let attempt = 1; ; attempt += 1) {
        const lease = await leaseOrAbort(router, node, options.signal)
        const facts = factsOf(node, lease.via, method.path, options)
        try {
          return await sendUnary(lease, method, request, options)
        } catch (error) {
          const failure = failureOf(error, facts, options.signal)
          if (!mayRetry(failure, node, lease, facts, attempt)) throw failure
        }
      }
    },

    async *stream(node, method, request, options) {
      for (let attempt = 1; ; attempt += 1) {
        const lease = await leaseOrAbort(router, node, options.signal)
        const facts = factsOf(node, lease.via, method.path, options)
        let begun = false
        try {
          for await (const message of openStream(lease, method, request, options)) {
            begun = true
            yield message
          }
          if (options.signal.aborted) throw cancelled(node)
          return
        } catch (error) {
          const failure = failureOf(error, facts, options.signal)
          if (!mayRetry(failure, node, lease, facts, attempt) || begun) throw failure
        }
      }
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
  request: Request,
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
      (error: grpc.ServiceError | null, answer?: Answer) => {
        signal.removeEventListener('abort', cancel)
        if (error !== null) reject(error)
        else resolve(answer as Answer)
      },
    )
    function cancel() {
      call.cancel()
    }
    signal.addEventListener('abort', cancel, { once: true })
  })
}

async function* openStream<Request, Answer>(
  lease: Lease,
  method: Method<Request, Answer>,
  request: Request,
  options: CallOptions,
): AsyncGenerator<Answer, void, undefined> {
  const { signal, deadlineMs } = options
  const call = lease.channel.client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
    lease.metadata,
    deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
  )
  const cancel = () => {
    call.cancel()
  }
  // After the loop is left, the status of the cancelled call still comes, as an error nobody waits for.
  call.on('error', () => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    yield* call as AsyncIterable<Answer>
  } finally {
    signal.removeEventListener('abort', cancel)
    call.cancel()
  }
}
