import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A factory that answers as a test wants it to. */
export interface OddFactory extends AsyncDisposable {
  readonly url: string
  /** `GET /versions`, in order. */
  readonly asked: readonly string[]
  /** How the next answers go; silent until then. */
  answer: (request: IncomingMessage, response: ServerResponse) => void
}

export async function startOddFactory(): Promise<OddFactory> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    factory.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const factory: OddFactory = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return factory
}

export function json(value: unknown, status = 200): OddFactory['answer'] {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(value))
  }
}
