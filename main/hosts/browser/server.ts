import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { SOCKET_CLOSED } from '#contract/bridge.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { LogPort } from '../../domain/log-port.ts'
import type { Handlers } from '../../ipc/handlers.ts'
import { serveConnection } from '../../ipc/serve-connection.ts'
import { INPUT_LIMIT } from '../../ipc/value-size.ts'
import { SECURITY_HEADERS } from '../content-policy.ts'
import { readStatic } from '../static-files.ts'
import { createLaunchTokens } from './launch-tokens.ts'
import { isOurs, readCookie, writeCookie } from './request-guard.ts'
import { createSessions } from './sessions.ts'

const SESSION_BODY_LIMIT = 4096

export interface BrowserServerOptions {
  /** Folder with the built renderer. */
  readonly root: string
  /** May still be on its way: the page loads meanwhile, its calls wait. */
  readonly handlers: Promise<Handlers>
  readonly log: LogPort
  readonly clock: ClockPort
  /** 0 lets the system choose. */
  readonly port?: number
  /** 30 s after the last window went; not called when nobody ever came. */
  readonly onDeserted: () => void
  /** A used or expired link was tried while no window was open, so whoever sits at the terminal may want a new one. */
  readonly onStaleLink?: () => void
}

export interface BrowserServer extends AsyncDisposable {
  readonly port: number
  readonly origin: string
  /** Whether a window is open now. */
  isAttended(): boolean
  /** A link good once and for a minute; the token is in the fragment, which no server and no log ever sees. */
  createLink(): string
}

/** Serves the page and the contract on 127.0.0.1 and nowhere else. */
export async function startBrowserServer(options: BrowserServerOptions): Promise<BrowserServer> {
  const { log, clock, handlers } = options
  const tokens = createLaunchTokens(clock)
  const sessions = createSessions(tokens, clock, options.onDeserted)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: INPUT_LIMIT.bytes * 2,
    perMessageDeflate: false,
  })
  /** Windows that wait for the app to be made; the server knows nothing of them any more. */
  const waiting = new Set<Duplex>()
  let ended = false
  let port = options.port ?? 0

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error('server.bug', error)
      finish(response, 500)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    upgrade(request, socket, head).catch((error: unknown) => {
      log.error('server.bug', error)
      socket.destroy()
    })
  })
  await listen(server, port)
  port = (server.address() as AddressInfo).port
  const origin = `http://127.0.0.1:${port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request
    const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/'
    if (path === '/session') {
      if (method !== 'POST') {
        finish(response, 405)
        return
      }
      if (!isOurs(headers, port, 'act')) {
        refuse(request, response)
        return
      }
      return openSession(request, response)
    }
    if (method !== 'GET' && method !== 'HEAD') {
      finish(response, 405)
      return
    }
    if (!isOurs(headers, port, 'read')) {
      refuse(request, response)
      return
    }
    const file = await readStatic(options.root, path)
    if (file === undefined) {
      finish(response, 404)
      return
    }
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': file.contentType,
      'content-length': file.body.byteLength,
      'cache-control': 'no-cache',
    })
    response.end(method === 'HEAD' ? undefined : file.body)
  }

  async function openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const token = body === undefined ? undefined : readToken(body)
    const { answer: result, cookie } = sessions.admit(token, readCookie(request.headers, port))
    if (!result.ok) {
      log.warn('server.session-refused', { code: result.error.code })
      if (result.error.code === 'untrusted-caller') options.onStaleLink?.()
    }
    response.writeHead(result.ok ? 200 : result.error.code === 'session-taken' ? 409 : 401, {
      ...SECURITY_HEADERS,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(cookie === undefined ? {} : { 'set-cookie': writeCookie(cookie, port) }),
    })
    response.end(JSON.stringify(result))
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const allowed =
      !ended &&
      request.url === '/socket' &&
      isOurs(request.headers, port, 'act') &&
      sessions.holds(readCookie(request.headers, port))
    if (!allowed) {
      log.warn('server.upgrade-refused', { host: request.headers.host, origin: request.headers.origin })
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    waiting.add(socket)
    const served = await handlers.finally(() => waiting.delete(socket))
    if (ended) {
      socket.destroy()
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => attach(webSocket, served))
  }

  function attach(webSocket: WebSocket, served: Handlers): void {
    const window = sessions.attach({
      takeOver: () => webSocket.close(SOCKET_CLOSED.takenOver, 'another window took over'),
    })
    webSocket.on('close', window.detach)
    webSocket.on('error', (error) => log.warn('server.socket-error', { message: error.message }))
    serveConnection(
      { handlers: served, log, clock },
      {
        send: (message) => webSocket.send(JSON.stringify(message)),
        onMessage: (listener) =>
          webSocket.on('message', (data, isBinary) =>
            listener(isBinary || !Buffer.isBuffer(data) ? undefined : parseJson(data.toString('utf8'))),
          ),
        onClose: (listener) => webSocket.on('close', listener),
      },
    )
  }

  function refuse(request: IncomingMessage, response: ServerResponse): void {
    log.warn('server.request-refused', { host: request.headers.host, origin: request.headers.origin })
    finish(response, 403)
  }

  return {
    port,
    origin,
    isAttended: () => sessions.isAttended(),
    createLink: () => `${origin}/#token=${tokens.issue()}`,
    async [Symbol.asyncDispose]() {
      ended = true
      for (const socket of waiting) socket.destroy()
      for (const webSocket of sockets.clients) webSocket.close(SOCKET_CLOSED.ended, 'Ichor ended')
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      setTimeout(() => {
        for (const webSocket of sockets.clients) webSocket.terminate()
        server.closeAllConnections()
      }, 500).unref()
      await closed
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function finish(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { ...SECURITY_HEADERS, 'content-length': 0 })
  response.end()
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > SESSION_BODY_LIMIT) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function readToken(body: string): string | undefined {
  const parsed = parseJson(body)
  if (typeof parsed !== 'object' || parsed === null || !('token' in parsed)) return undefined
  return typeof parsed.token === 'string' ? parsed.token : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
