import type { ResponseContext } from '@kubernetes/client-node'
import { Agent, request } from 'node:https'
import { TalosFailure } from '../domain/talos-failure.ts'
import type { KubernetesAccess } from './read-kubeconfig.ts'

/** Milliseconds until an API server that does not even shake hands is passed over. */
const CONNECT_WITHIN = 3_000
/** Milliseconds for one whole answer. */
const ANSWER_WITHIN = 20_000

/** TLS says: whoever answers there is not this cluster's API server. */
const UNTRUSTED =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO|WRONG_VERSION_NUMBER/

export interface Transport {
  /** `path` begins with a slash. Every request may be sent twice: when an API server goes, the next is asked. */
  send(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer>
  close(): void
}

export interface HttpCall {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: ResponseContext['headers']
  readonly body: Buffer
}

/**
 * HTTPS to whichever API server answers. A kubeconfig often names a virtual address, which may be down or sit on the
 * node that is being restarted, so the control planes' own addresses stand behind it; the last that answered is asked
 * first. The server's certificate is always checked against the cluster's authority.
 */
export function createTransport({ servers, ca, cert, key }: KubernetesAccess): Transport {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ca,
    cert,
    key: key.reveal(),
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  })
  let order = [...servers]

  return {
    async send(call, signal) {
      let last: unknown
      for (const server of order) {
        try {
          const answer = await once(agent, server, call, signal)
          if (order[0] !== server) order = [server, ...order.filter((other) => other !== server)]
          return answer
        } catch (error) {
          if (signal.aborted) throw new TalosFailure('cancelled', 'Cancelled.', { cause: error })
          // Another's certificate is worth telling, also when a later address does not answer at all.
          if (last === undefined || isUntrusted(error)) last = error
        }
      }
      const tried = order.map((server) => new URL(server).host).join(', ')
      if (isUntrusted(last)) {
        throw new TalosFailure(
          'kubernetes-untrusted',
          `No Kubernetes API of this cluster at ${tried}: ${textOf(last)}`,
          { cause: last },
        )
      }
      throw new TalosFailure(
        'kubernetes-unreachable',
        `The Kubernetes API does not answer at ${tried}: ${textOf(last)}`,
        { cause: last },
      )
    },
    close: () => agent.destroy(),
  }
}

function once(agent: Agent, server: string, call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const base = server.replace(/\/$/, '')
    const sent = request(`${base}${call.path}`, {
      agent,
      method: call.method,
      headers: {
        ...call.headers,
        ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
      },
      signal,
    })
    const whole = setTimeout(() => sent.destroy(new Error('no answer in time')), ANSWER_WITHIN)
    let shaking: NodeJS.Timeout | undefined
    const settle = (): void => {
      clearTimeout(whole)
      clearTimeout(shaking)
    }
    sent.on('socket', (socket) => {
      if (!socket.connecting) return
      shaking = setTimeout(() => sent.destroy(new Error('no connection in time')), CONNECT_WITHIN)
      socket.once('secureConnect', () => clearTimeout(shaking))
    })
    const fail = (error: Error): void => {
      settle()
      reject(error)
    }
    sent.on('error', fail)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => {
        settle()
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        )
        resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) })
      })
    })
    sent.end(call.body)
  })
}

function isUntrusted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && UNTRUSTED.test(String(error.code))
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no address'
}
