import {
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type sendUnaryData,
  Server,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { listenSecurely, type SecureListener } from '../secure-server.ts'
import { rolesOf } from './authorisation.ts'
import type { Node } from './call.ts'
import { type Dispatcher, type Incoming, toStatus } from './dispatch.ts'
import { createCertificateIssuer } from './node-certificates.ts'
import { minorOf } from './talos-version.ts'

const MESSAGE_LIMIT = 32 * 1024 * 1024
/** Milliseconds until trustd is asked again for a certificate that nobody signed. */
const SIGNING = 1000
const HALF_LIFE = 12 * 3_600_000

/** The API of one machine on its address and port: open while it is up, refused the moment it is down. */
export interface NodeServer {
  /** Where it listens; undefined while it is down. */
  readonly listening: { readonly address: string; readonly port: number } | undefined
  /**
   * Resolves once the port is as the machine's power is now.
   * @throws the system's error when the address could not be bound
   */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Follows the machine's power: listens on `up`, on `down` refuses and drops every connection.
 * @throws the system's error when the machine is up and its address cannot be bound
 */
export async function startNodeServer(node: Node, dispatcher: Dispatcher): Promise<NodeServer> {
  const { machine } = node
  const { spec } = machine
  let made: Server | undefined
  const server = (): Server => (made ??= createServer(node, dispatcher))
  const issuer = createCertificateIssuer(node)
  let listener: SecureListener | undefined
  let closed = false
  let turn: Promise<void> = Promise.resolve()
  let failure: Error | undefined
  const asking = new AbortController()

  const isUp = (): boolean => machine.isUp
  async function open(): Promise<void> {
    if (listener || closed || !isUp()) return
    const certificates = await issuer.current()
    // The power may have gone while it was made.
    if (!isUp()) return
    if (!certificates) {
      askAgain()
      return
    }
    listener = await listenSecurely(server, {
      address: spec.address,
      port: spec.port,
      ca: certificates.ca,
      pair: () => certificates.pair(),
      exactKeyUsage: checksKeyUsage(node),
    })
  }
  /** A worker that came before its control planes waits for one to sign for it. */
  function askAgain(): void {
    machine.clock.sleep(SIGNING, asking.signal).then(up, () => undefined)
  }
  async function shut(): Promise<void> {
    const open = listener
    listener = undefined
    await open?.close()
  }
  // One after the other: a machine that comes back at once must find its port free.
  const up = (): void => {
    turn = turn.then(open).catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error))
    })
  }
  const down = (): void => {
    void listener?.close()
    turn = turn.then(shut)
  }
  const renewal = setInterval(() => {
    if (!listener || machine.maintenance) return
    issuer.forget()
    void issuer.current().then(async (fresh) => fresh && listener?.renew(await fresh.pair()))
  }, HALF_LIFE)
  renewal.unref()

  machine.power.on('up', up)
  machine.power.on('down', down)
  await open()
  return {
    get listening() {
      return listener && { address: listener.address, port: listener.port }
    },
    async settled() {
      await turn
      if (failure) throw failure
    },
    async close() {
      closed = true
      asking.abort()
      clearInterval(renewal)
      machine.power.off('up', up)
      machine.power.off('down', down)
      await turn
      await shut()
      made?.forceShutdown()
    },
  }
}

function createServer(node: Node, dispatcher: Dispatcher): Server {
  const server = new Server({
    'grpc.max_receive_message_length': MESSAGE_LIMIT,
    'grpc.max_send_message_length': MESSAGE_LIMIT,
  })
  for (const [name, service] of node.protos.services)
    server.addService(service, implement(node, dispatcher, Object.keys(service), service, name))
  return server
}

/** Always since 1.12; before that by a feature flag that generated configs set (behaviour.md §1.5). */
function checksKeyUsage({ machine }: Node): boolean {
  if (minorOf(machine.talosVersion) >= 12) return true
  const config = machine.resources.get({
    namespace: 'config',
    type: 'MachineConfigs.config.talos.dev',
    id: 'v1alpha1',
  })
  return config?.yamlSpec.includes('apidCheckExtKeyUsage: true') ?? false
}

function implement(
  node: Node,
  dispatcher: Dispatcher,
  methods: readonly string[],
  service: object,
  name: string,
): UntypedServiceImplementation {
  const implementation: UntypedServiceImplementation = {}
  const definitions = service as Readonly<Record<string, MethodShape>>
  for (const method of methods) {
    const path = `/${name}/${method}`
    const { requestStream = false, responseStream = false } = definitions[method] ?? {}
    implementation[method] = responseStream
      ? streamHandler(node, dispatcher, path)
      : requestStream
        ? uploadHandler(node, dispatcher, path)
        : unaryHandler(node, dispatcher, path)
  }
  return implementation
}

interface MethodShape {
  readonly requestStream: boolean
  readonly responseStream: boolean
}

function unaryHandler(node: Node, dispatcher: Dispatcher, path: string): handleUnaryCall<object, object> {
  return (call, callback) => {
    answer(dispatcher.unary(node, incoming(call, path, call.request)), callback)
  }
}

/** What the caller streams is the request, read by the method as it comes. */
function uploadHandler(
  node: Node,
  dispatcher: Dispatcher,
  path: string,
): handleClientStreamingCall<object, object> {
  return (call, callback) => answer(dispatcher.unary(node, incoming(call, path, call)), callback)
}

function answer(reply: Promise<object>, callback: sendUnaryData<object>): void {
  reply.then(
    (message) => callback(null, message),
    (error: unknown) => {
      const { code, message } = toStatus(error)
      const status: object = { code, details: message }
      callback(status)
    },
  )
}

function streamHandler(
  node: Node,
  dispatcher: Dispatcher,
  path: string,
): handleServerStreamingCall<object, object> {
  return (call) => {
    const arrived = incoming(call, path, call.request)
    pump(call, dispatcher.stream(node, arrived), arrived.signal).catch((error: unknown) => {
      const { code, message } = toStatus(error)
      if (!arrived.signal.aborted) call.emit('error', { code, details: message })
    })
  }
}

/** Writes as fast as the caller reads; a slow caller holds the generator back, not this process's memory. */
async function pump(
  call: ServerWritableStream<object, object>,
  frames: AsyncIterable<object>,
  signal: AbortSignal,
): Promise<void> {
  for await (const frame of frames) {
    if (signal.aborted) return
    if (!call.write(frame)) await drained(call, signal)
  }
  if (!signal.aborted) call.end()
}

function drained(call: ServerWritableStream<object, object>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

function incoming(
  call:
    | ServerUnaryCall<object, object>
    | ServerWritableStream<object, object>
    | ServerReadableStream<object, object>,
  path: string,
  request: object,
): Incoming {
  const controller = new AbortController()
  const emitter: NodeJS.EventEmitter = call
  emitter.on('cancelled', () => controller.abort())
  const { metadata } = call
  const organization: unknown = call.getAuthContext().sslPeerCertificate?.subject.O
  // Node gives a single O as text and several as a list.
  const organizations = organization === undefined ? [] : [organization].flat().map(String)
  return {
    path,
    request,
    roles: rolesOf(organizations, texts(metadata, 'talos-role')),
    keys: {
      node: texts(metadata, 'node'),
      nodes: texts(metadata, 'nodes'),
      proxyfrom: texts(metadata, 'proxyfrom'),
    },
    signal: controller.signal,
  }
}

/**
 * Values of one key. Node's HTTP/2 joins repeated headers with `, ` before grpc-js sees them, so they are split again;
 * no target or role holds a comma.
 */
function texts(metadata: Metadata, key: string): readonly string[] {
  return metadata.get(key).flatMap((value) => String(value).split(/, ?/))
}
