import * as grpc from '@grpc/grpc-js'
import type { ClockPort } from '../domain/clock-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import { APID_PORT, formatEndpoint, parseEndpoint, type Endpoint } from '../domain/talosconfig/endpoint.ts'
import { failureOfTime } from '../domain/talosconfig/parse-talosconfig.ts'
import type { ParsedContext } from '../domain/talosconfig/parsed-talosconfig.ts'
import { openChannel, type Channel } from './channel.ts'
import { forwardsNothing, toConnectionFailure } from './map-status.ts'
import { probePeer, type SecureContext } from './secure-context.ts'

export interface RouterOptions {
  readonly context: ParsedContext
  readonly secure: SecureContext
  readonly clock: ClockPort
  /** Port of nodes that are no endpoint with a port of its own; 50000 everywhere but in tests. */
  readonly port?: number
  /** How long a connection may take before the node counts as not reachable that way. */
  readonly connectTimeoutMs?: number
  /** How long a node that is reached through an endpoint stays there before direct is tried again. */
  readonly retryDirectMs?: number
}

/** A way to a node that was open a moment ago. */
export interface Lease {
  readonly channel: Channel
  readonly metadata: grpc.Metadata
  /** `direct`, or the endpoint as host and port. */
  readonly via: string
}

export interface Router {
  /** Direct first, then through each endpoint (behaviour.md §2.2). Throws why the node cannot be reached. */
  lease(node: string): Promise<Lease>
  /** The connection proved dead: the next lease makes a new one. */
  discard(node: string, lease: Lease): void
  /** This endpoint turned out to be a worker; it is not asked to forward again. False: there is no other. */
  exclude(node: string, lease: Lease): boolean
  route(node: string): string
  close(): void
}

interface Memory {
  via: string
  retryDirectAt: number
}

export function createRouter(options: RouterOptions): Router {
  const { context, clock } = options
  const connectTimeoutMs = options.connectTimeoutMs ?? 3_000
  const retryDirectMs = options.retryDirectMs ?? 60_000
  const endpoints = context.endpoints.flatMap((text) => parseEndpoint(text) ?? [])
  const channels = new Map<string, Channel>()
  const memories = new Map<string, Memory>()
  const pending = new Map<string, Promise<Lease>>()
  const notForwarding = new Set<string>()
  let closed = false

  function directEndpoint(node: string): Endpoint {
    const parsed = parseEndpoint(node) ?? { host: node, port: APID_PORT }
    if (/(\]|^[^:]+):\d+$/.test(node)) return parsed
    const own = endpoints.find((endpoint) => endpoint.host === parsed.host)
    return { host: parsed.host, port: own?.port ?? options.port ?? APID_PORT }
  }

  function channelTo(endpoint: Endpoint): Channel {
    if (closed) throw new TalosFailure('cancelled', 'The connections of this context were closed.')
    const key = formatEndpoint(endpoint)
    let channel = channels.get(key)
    if (channel === undefined) {
      channel = openChannel(endpoint, options.secure)
      channels.set(key, channel)
    }
    return channel
  }

  function drop(channel: Channel): void {
    const key = formatEndpoint(channel.endpoint)
    if (channels.get(key) === channel) channels.delete(key)
    channel.close()
  }

  /** A channel that is open now, or why there is none. Failed channels are thrown away, so no attempt goes on unseen. */
  async function open(endpoint: Endpoint, node: string): Promise<Channel | TalosFailure> {
    for (let attempt = 1; ; attempt += 1) {
      const channel = channelTo(endpoint)
      const outcome = await channel.connect(connectTimeoutMs)
      if (outcome === 'ready') return channel
      drop(channel)
      const address = formatEndpoint(endpoint)
      const now = clock.now()
      const sighting =
        outcome === 'timeout'
          ? ({ kind: 'no-connection', reason: 'ETIMEDOUT' } as const)
          : await probePeer(endpoint, options.secure, connectTimeoutMs)
      const failure = toConnectionFailure(sighting, { node, address, now })
      if (failure !== undefined) {
        // An expired certificate is refused like any other; our own clock knows better why.
        return failure.code === 'certificate-refused' ? (failureOfTime(context, now) ?? failure) : failure
      }
      if (attempt === 2) {
        return new TalosFailure('unreachable', `${address} answers, but not to gRPC.`, { node })
      }
    }
  }

  function leaseFor(node: string, channel: Channel, forwarded: boolean): Lease {
    const metadata = new grpc.Metadata()
    metadata.set('runtime', 'Talos')
    if (context.cluster !== undefined) metadata.set('context', context.cluster)
    if (forwarded) metadata.set('node', parseEndpoint(node)?.host ?? node)
    return { channel, metadata, via: forwarded ? formatEndpoint(channel.endpoint) : 'direct' }
  }

  /** Every endpoint but the node itself and those that turned out to be workers. */
  function forwardersFor(node: string): readonly Endpoint[] {
    const own = formatEndpoint(directEndpoint(node))
    return endpoints.filter((endpoint) => {
      const key = formatEndpoint(endpoint)
      return key !== own && !notForwarding.has(key)
    })
  }

  /** The reason as it was at the first try, when every endpoint but the node itself is known for a worker by now. */
  function workersOnly(node: string): TalosFailure | undefined {
    const own = formatEndpoint(directEndpoint(node))
    const worker = endpoints.map(formatEndpoint).find((key) => key !== own && notForwarding.has(key))
    return worker === undefined
      ? undefined
      : new TalosFailure('worker-as-endpoint', forwardsNothing(worker), { node })
  }

  async function leaseThroughEndpoint(node: string): Promise<Lease | TalosFailure | undefined> {
    const remembered = memories.get(node)?.via
    const candidates = [...forwardersFor(node)].sort(
      (a, b) => Number(formatEndpoint(b) === remembered) - Number(formatEndpoint(a) === remembered),
    )
    let failure: TalosFailure | undefined
    for (const endpoint of candidates) {
      const channel = await open(endpoint, node)
      if (!(channel instanceof TalosFailure)) return leaseFor(node, channel, true)
      failure ??= channel
    }
    return failure
  }

  async function leaseDirect(node: string): Promise<Lease | TalosFailure> {
    const channel = await open(directEndpoint(node), node)
    if (channel instanceof TalosFailure) return channel
    memories.set(node, { via: 'direct', retryDirectAt: 0 })
    return leaseFor(node, channel, false)
  }

  async function find(node: string): Promise<Lease> {
    const memory = memories.get(node)
    if (memory !== undefined && memory.via !== 'direct') {
      if (clock.now() >= memory.retryDirectAt) {
        memory.retryDirectAt = clock.now() + retryDirectMs
        // Beside the call, which need not wait: if direct opens, the next lease takes it.
        void leaseDirect(node).catch(() => undefined)
      }
      const forwarded = await leaseThroughEndpoint(node)
      if (forwarded !== undefined && !(forwarded instanceof TalosFailure)) {
        // In place: had direct opened meanwhile, `memories` holds another object, and that one stands.
        memory.via = forwarded.via
        return forwarded
      }
    }
    const direct = await leaseDirect(node)
    if (!(direct instanceof TalosFailure)) return direct
    if (!mayForward(direct)) throw direct
    const forwarded = await leaseThroughEndpoint(node)
    if (forwarded === undefined) throw workersOnly(node) ?? direct
    if (forwarded instanceof TalosFailure) {
      // An endpoint that is silent or was wiped itself says nothing about the node behind it.
      throw forwarded.code === 'unreachable' || forwarded.code === 'maintenance-mode' ? direct : forwarded
    }
    memories.set(node, { via: forwarded.via, retryDirectAt: clock.now() + retryDirectMs })
    return forwarded
  }

  return {
    async lease(node) {
      const memory = memories.get(node)
      if (memory?.via === 'direct') {
        const channel = channels.get(formatEndpoint(directEndpoint(node)))
        if (channel?.isReady() === true) return leaseFor(node, channel, false)
      }
      // One search per node, however many calls wait for it.
      let search = pending.get(node)
      if (search === undefined) {
        search = find(node).finally(() => pending.delete(node))
        pending.set(node, search)
      }
      return search
    },
    discard(node, lease) {
      if (lease.via === 'direct') drop(lease.channel)
      else memories.delete(node)
    },
    exclude(node, lease) {
      notForwarding.add(lease.via)
      memories.delete(node)
      return forwardersFor(node).length > 0
    },
    route: (node) => memories.get(node)?.via ?? 'direct',
    close() {
      closed = true
      for (const channel of channels.values()) channel.close()
      channels.clear()
    },
  }
}

/** An address that leads nowhere from here, or one the certificate does not name, may well mean something to an endpoint. */
function mayForward(failure: TalosFailure): boolean {
  return failure.code === 'unreachable' || failure.code === 'wrong-host-name'
}
