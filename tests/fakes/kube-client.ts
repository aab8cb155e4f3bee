import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { parse } from 'yaml'

interface NamedThing {
  readonly name: string
}

/** What tests read of objects, lists, tables, discovery and refusals; which of it is there depends on what was asked. */
export interface KubeBody {
  readonly kind: string
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly gitVersion: string
  readonly metadata: NamedThing & {
    readonly namespace: string
    readonly uid: string
    readonly resourceVersion: string
    readonly continue?: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly nodeName: string
    readonly unschedulable?: boolean
    readonly taints: readonly { readonly key: string }[]
    readonly containers: readonly { readonly image: string }[]
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } }
  }
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[]
    readonly nodeInfo: Readonly<Record<string, string>>
    readonly addresses: readonly { readonly address: string }[]
    readonly containerStatuses: readonly { readonly restartCount: number }[]
    readonly desiredNumberScheduled: number
    readonly updatedNumberScheduled: number
    readonly numberAvailable: number
  }
  readonly items: readonly KubeBody[]
  readonly groups: readonly NamedThing[]
  readonly resources: readonly NamedThing[]
  readonly columnDefinitions: readonly NamedThing[]
  readonly rows: readonly { readonly cells: readonly (string | number)[]; readonly object: KubeBody }[]
}

interface KubeReply {
  readonly code: number
  readonly body: KubeBody
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubeBody
}

/** A client of a Kubernetes API that knows what a kubeconfig says and nothing else. */
export interface KubeClient {
  readonly server: string
  get(path: string, accept?: string): Promise<KubeReply>
  /** @param body JSON, or bytes of another encoding */
  send(method: string, path: string, body?: object, type?: string): Promise<KubeReply>
  /** Follows `path` until an event satisfies; resolves with it and hangs up. Rejects when the stream ends before. */
  until(path: string, satisfies: (event: WatchEvent) => boolean): Promise<WatchEvent>
  close(): void
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string }
  }[]
}

/**
 * @param options.anonymous comes without a client certificate
 * @param options.server another API server of the same cluster
 */
export function connectKube(
  kubeconfig: string,
  options: { readonly anonymous?: boolean; readonly server?: string } = {},
): KubeClient {
  const { clusters, users } = parse(kubeconfig) as Kubeconfig
  const pem = (text: string): string => Buffer.from(text, 'base64').toString()
  const { cluster } = clusters[0]!
  const { user } = users[0]!
  const server = options.server ?? cluster.server
  const agent = new Agent({
    keepAlive: true,
    ca: pem(cluster['certificate-authority-data']),
    ...(options.anonymous
      ? {}
      : { cert: pem(user['client-certificate-data']), key: pem(user['client-key-data']) }),
  })

  function open(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const call = request(`${server}${path}`, { agent, method, headers }, resolve)
      call.on('error', (error) => {
        // The server went away since the last call over this connection: asked anew, as browsers do.
        if (call.reusedSocket && method === 'GET') open(method, path, headers).then(resolve, reject)
        else reject(error)
      })
      call.end(Buffer.isBuffer(body) ? body : body && JSON.stringify(body))
    })
  }

  async function whole(response: IncomingMessage): Promise<KubeReply> {
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const type = response.headers['content-type'] ?? ''
    // What is no JSON is told as a message.
    const body = (type.includes('json') ? JSON.parse(text) : { message: text }) as KubeBody
    return { code: response.statusCode ?? 0, body }
  }

  return {
    server,
    get: async (path, accept = 'application/json') => whole(await open('GET', path, { accept })),
    send: async (method, path, body, type = 'application/json') =>
      whole(await open(method, path, body ? { 'content-type': type } : {}, body)),
    async until(path, satisfies) {
      const query = path.includes('?') ? '&' : '?'
      const response = await open('GET', `${path}${query}watch=true`, { accept: 'application/json' })
      try {
        let text = ''
        for await (const chunk of response) {
          text += (chunk as Buffer).toString()
          const lines = text.split('\n')
          text = lines.pop() ?? ''
          for (const line of lines) {
            const event = JSON.parse(line) as WatchEvent
            if (satisfies(event)) return event
          }
        }
        throw new Error(`the watch on ${path} ended`)
      } finally {
        response.destroy()
      }
    },
    close: () => agent.destroy(),
  }
}
