import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SimulatedMachine } from '../machine-api.ts'
import type { Scenarios } from '../scenarios.ts'

/** What control.json tells: where, and what `Authorization: Bearer` has to say. */
export interface ServedControl extends AsyncDisposable {
  /** `http://127.0.0.1:41235` */
  readonly url: string
  readonly token: string
}

interface Controlled extends Scenarios {
  readonly name: string
  readonly machines: ReadonlyMap<string, SimulatedMachine>
}

/** An answer that is no success; the message is for the person. */
class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const BODY_LIMIT = 64 * 1024

/**
 * A running cluster's switches, JSON over HTTP on a free port of 127.0.0.1: `GET /state`, `POST /cause` and
 * `POST /settle` with `{"scenario": …, "node"?: …}`. Failures are `{"error": …}`.
 * @throws the system's error when no port can be had
 */
export async function serveControl(cluster: Controlled): Promise<ServedControl> {
  const token = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    answer(request).then(
      (value) => send(response, 200, value),
      (error: unknown) =>
        send(response, error instanceof Refused ? error.status : 500, {
          error: error instanceof Error ? error.message : String(error),
        }),
    )
  })

  async function answer(request: IncomingMessage): Promise<unknown> {
    // A page in a browser may get here under a name of its own; it never has the token, nor this address as host.
    if (request.headers.host !== host) throw new Refused(403, 'wrong host')
    if (!isToken(request.headers.authorization ?? '', token)) throw new Refused(401, 'wrong token')
    const route = `${request.method ?? ''} ${request.url ?? ''}`
    switch (route) {
      case 'GET /state':
        return stateOf(cluster)
      case 'POST /cause':
      case 'POST /settle': {
        const { scenario, node } = await orderOf(request)
        try {
          const nodes =
            route === 'POST /cause' ? cluster.cause(scenario, node) : cluster.settle(scenario, node)
          return { scenario, nodes }
        } catch (error) {
          throw new Refused(400, error instanceof Error ? error.message : String(error))
        }
      }
      default:
        throw new Refused(404, `no ${route}; there are GET /state, POST /cause and POST /settle`)
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    token,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function stateOf(cluster: Controlled): unknown {
  return {
    name: cluster.name,
    nodes: [...cluster.machines.values()].map((machine) => ({
      hostname: machine.spec.hostname,
      address: machine.spec.address,
      port: machine.spec.port,
      role: machine.spec.role,
      talos: machine.talosVersion,
      up: machine.isUp,
      maintenance: machine.maintenance !== undefined,
      troubles: [...(machine.troubles ?? [])],
    })),
    scenarios: cluster.scenarios(),
  }
}

async function orderOf(
  request: IncomingMessage,
): Promise<{ readonly scenario: string; readonly node: string | undefined }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) throw new Refused(413, 'too long')
    chunks.push(chunk)
  }
  const { scenario, node } = parsed(Buffer.concat(chunks).toString('utf8'))
  if (typeof scenario !== 'string') throw new Refused(400, 'scenario is missing')
  if (node !== undefined && typeof node !== 'string') throw new Refused(400, 'node is not a hostname')
  return { scenario, node }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below.
  }
  throw new Refused(400, 'the body is no JSON object')
}

function isToken(header: string, token: string): boolean {
  const given = Buffer.from(header)
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
}
