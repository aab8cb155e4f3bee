import * as grpc from '@grpc/grpc-js'
import { formatEndpoint, type Endpoint } from '../domain/talosconfig/endpoint.ts'
import { createChannelCredentials, type SecureContext } from './secure-context.ts'

/** 32 MiB, as apid itself (behaviour.md §2.1); gRPC's own 4 MiB is too small for configs and lists. */
const MESSAGE_LIMIT_BYTES = 32 * 1024 * 1024

const OPTIONS: grpc.ChannelOptions = {
  'grpc.max_receive_message_length': MESSAGE_LIMIT_BYTES,
  'grpc.max_send_message_length': MESSAGE_LIMIT_BYTES,
  // apid hangs up on clients that ping more often than every five minutes.
  'grpc.keepalive_time_ms': 300_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 10_000,
  // What may be tried again is decided per call, where it is known whether it changes anything.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // A node is on the local network; a proxy from the environment would not find it.
  'grpc.enable_http_proxy': 0,
  // Each channel has its own connection, so closing one ends it.
  'grpc.use_local_subchannel_pool': 1,
  'grpc-node.flow_control_window': 2 * 1024 * 1024,
}

/** One HTTP/2 connection to one address. */
export interface Channel {
  readonly endpoint: Endpoint
  readonly client: grpc.Client
  /** Resolves at once when connected; `failed` as soon as one attempt has. */
  connect(timeoutMs: number): Promise<'ready' | 'failed' | 'timeout'>
  isReady(): boolean
  close(): void
}

export function openChannel(endpoint: Endpoint, context: SecureContext): Channel {
  const { credentials, options } = createChannelCredentials(context, endpoint.host)
  const client = new grpc.Client(formatEndpoint(endpoint), credentials, { ...OPTIONS, ...options })
  let closed = false
  return {
    endpoint,
    client,
    connect: (timeoutMs) => (closed ? Promise.resolve('failed') : connect(client.getChannel(), timeoutMs)),
    isReady: () =>
      !closed && client.getChannel().getConnectivityState(false) === grpc.connectivityState.READY,
    close() {
      closed = true
      client.close()
    },
  }
}

function connect(
  channel: ReturnType<grpc.Client['getChannel']>,
  timeoutMs: number,
): Promise<'ready' | 'failed' | 'timeout'> {
  const deadline = Date.now() + timeoutMs
  return new Promise((resolve) => {
    const look = () => {
      const state = channel.getConnectivityState(true)
      if (state === grpc.connectivityState.READY) resolve('ready')
      else if (state === grpc.connectivityState.TRANSIENT_FAILURE) resolve('failed')
      else if (state === grpc.connectivityState.SHUTDOWN) resolve('failed')
      else {
        channel.watchConnectivityState(state, deadline, (late) => {
          if (late === undefined) look()
          else resolve('timeout')
        })
      }
    }
    look()
  })
}
