import { Code, SimulatedStatus, type SimulatedMachine } from '../machine-api.ts'
import { maintenanceRoles, opensInMaintenance } from '../maintenance/authorisation.ts'
import { checkAuthorised, checkExists, unimplemented } from './authorisation.ts'
import type { AnyMethod, CallContext, Node } from './call.ts'
import { createFrameQueue } from './frames.ts'
import { reach } from './dial.ts'
import { type Route, routeOf, type RoutingKeys } from './routing.ts'
import { minorOf } from './talos-version.ts'

/** A call as it came over the wire, before routing. */
export interface Incoming {
  /** `/machine.MachineService/Version` */
  readonly path: string
  readonly request: object
  readonly roles: ReadonlySet<string>
  readonly keys: RoutingKeys
  /** Aborts when the caller hangs up or its connection drops. */
  readonly signal: AbortSignal
}

export interface Dispatcher {
  unary(self: Node, call: Incoming): Promise<object>
  stream(self: Node, call: Incoming): AsyncIterable<object>
}

interface Envelope {
  readonly messages: readonly object[]
}

/**
 * apid and machined of every node in one: routes a call, then has the target check version and roles and answer.
 * A node reached through another is lost with its power: the call ends UNAVAILABLE as a broken connection does.
 */
export function createDispatcher(methods: ReadonlyMap<string, AnyMethod>): Dispatcher {
  function methodOf(node: Node, call: Incoming): AnyMethod {
    const minor = minorOf(node.machine.talosVersion)
    const isOpen = node.machine.maintenance !== undefined && opensInMaintenance(call.path, minor)
    checkExists(call.path, minor)
    if (!isOpen) checkAuthorised(call.path, rolesAt(node, call), minor)
    const method = methods.get(call.path)
    if (!method) throw unimplemented(call.path, minor)
    return method
  }

  async function answerUnary(node: Node, call: Incoming, signal: AbortSignal): Promise<object> {
    await hesitate(node, signal)
    return methodOf(node, call)(call.request, contextOf(node, call, signal)) as object | Promise<object>
  }

  async function* answerStream(node: Node, call: Incoming, signal: AbortSignal): AsyncGenerator<object> {
    await hesitate(node, signal)
    yield* methodOf(node, call)(call.request, contextOf(node, call, signal)) as AsyncIterable<object>
  }

  async function unaryAt(self: Node, target: string, call: Incoming): Promise<object> {
    const node = await reach(self, target, call.signal)
    using link = linkTo(node.machine, call.signal)
    return await Promise.race([answerUnary(node, call, link.signal), link.broken])
  }

  async function* streamAt(self: Node, target: string, call: Incoming): AsyncGenerator<object> {
    const node = await reach(self, target, call.signal)
    using link = linkTo(node.machine, call.signal)
    yield* answerStream(node, call, link.signal)
    if (link.signal.aborted && !call.signal.aborted) throw connectionLost()
  }

  async function unaryAtMany(self: Node, targets: readonly string[], call: Incoming): Promise<Envelope> {
    const messages = await Promise.all(
      targets.map(async (target) => {
        try {
          const { messages } = (await unaryAt(self, target, call)) as Envelope
          return messages.map((message) => withHostname(message, target))
        } catch (error) {
          return [failureOf(error, target)]
        }
      }),
    )
    return { messages: messages.flat() }
  }

  async function* streamAtMany(
    self: Node,
    targets: readonly string[],
    call: Incoming,
  ): AsyncGenerator<object> {
    const frames = createFrameQueue<object>(call.signal)
    const ends = targets.map(async (target) => {
      try {
        for await (const frame of streamAt(self, target, call)) frames.push(withHostname(frame, target))
      } catch (error) {
        frames.push(failureOf(error, target))
      }
    })
    void Promise.all(ends).then(() => frames.end())
    yield* frames
  }

  return {
    async unary(self, call) {
      const route = routeFrom(self, call)
      if (route.kind === 'local') return answerUnary(self, call, call.signal)
      return route.kind === 'one' ? unaryAt(self, route.target, call) : unaryAtMany(self, route.targets, call)
    },
    async *stream(self, call) {
      const route = routeFrom(self, call)
      if (route.kind === 'local') yield* answerStream(self, call, call.signal)
      else if (route.kind === 'one') yield* streamAt(self, route.target, call)
      else yield* streamAtMany(self, route.targets, call)
    },
  }
}

/** A slow node takes its time over every call. */
async function hesitate({ machine }: Node, signal: AbortSignal): Promise<void> {
  if (machine.responseDelay) await machine.clock.sleep(machine.responseDelay, signal)
}

function contextOf(node: Node, call: Incoming, signal: AbortSignal): CallContext {
  return { ...node, roles: rolesAt(node, call), signal }
}

function rolesAt({ machine }: Node, call: Incoming): ReadonlySet<string> {
  return machine.maintenance ? maintenanceRoles() : call.roles
}

function routeFrom(self: Node, call: Incoming): Route {
  const { machine } = self
  if (machine.maintenance) return { kind: 'local' }
  return routeOf(call.path, call.keys, {
    minor: minorOf(machine.talosVersion),
    forwards: machine.spec.role === 'controlplane',
    isLocal: (target) => target === machine.spec.address || target === machine.spec.hostname,
  })
}

interface Link extends Disposable {
  /** Aborts with the call or with the machine's power. */
  readonly signal: AbortSignal
  /** Rejects when the machine goes down. */
  readonly broken: Promise<never>
}

function linkTo(machine: SimulatedMachine, outer: AbortSignal): Link {
  const inner = new AbortController()
  const { promise: broken, reject } = rejectable()
  const hangUp = (): void => inner.abort()
  const lose = (): void => {
    reject(connectionLost())
    inner.abort()
  }
  if (outer.aborted) inner.abort()
  outer.addEventListener('abort', hangUp, { once: true })
  machine.power.once('down', lose)
  return {
    signal: inner.signal,
    broken,
    [Symbol.dispose]() {
      outer.removeEventListener('abort', hangUp)
      machine.power.off('down', lose)
    },
  }
}

function rejectable(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_resolve, refuse) => (reject = refuse))
  // Nobody may be waiting when the power goes.
  promise.catch(() => undefined)
  return { promise, reject: (error) => reject(error) }
}

function connectionLost(): SimulatedStatus {
  return new SimulatedStatus(Code.UNAVAILABLE, 'error reading from server: EOF')
}

/** Under `nodes` every message says whose it is, as the caller wrote the target (behaviour.md §2.3). */
function withHostname(message: object, target: string): object {
  const metadata: unknown = 'metadata' in message ? message.metadata : undefined
  return { ...message, metadata: { ...(metadata as object | undefined), hostname: target } }
}

function failureOf(error: unknown, target: string): object {
  const { code, message } = toStatus(error)
  return {
    metadata: {
      hostname: target,
      error: goStatusText(error),
      status: { code, message, details: [] },
    },
  }
}

/** A plain error of a node becomes UNKNOWN, as a Go error without a status does. */
export function toStatus(error: unknown): { readonly code: number; readonly message: string } {
  if (error instanceof SimulatedStatus) return { code: error.code, message: error.message }
  return { code: Code.UNKNOWN, message: error instanceof Error ? error.message : String(error) }
}

/** A status as Go prints it: `rpc error: code = Unavailable desc = …`. */
export function goStatusText(error: unknown): string {
  const { code, message } = toStatus(error)
  return `rpc error: code = ${GO_CODE_NAMES[code] ?? 'Unknown'} desc = ${message}`
}

const GO_CODE_NAMES: Readonly<Record<number, string>> = {
  1: 'Canceled',
  2: 'Unknown',
  3: 'InvalidArgument',
  4: 'DeadlineExceeded',
  5: 'NotFound',
  6: 'AlreadyExists',
  7: 'PermissionDenied',
  8: 'ResourceExhausted',
  9: 'FailedPrecondition',
  10: 'Aborted',
  12: 'Unimplemented',
  13: 'Internal',
  14: 'Unavailable',
}
