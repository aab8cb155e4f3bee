import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CONTENT_SECURITY_POLICY } from '../../main/hosts/content-policy.ts'
import type { BrowserServer } from '../../main/hosts/browser/server.ts'
import { startBrowserServer } from '../../main/hosts/browser/server.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import { createManualClock } from '../fakes/manual-clock.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { gate } from '../fakes/run-bodies.ts'

let folder: string
let server: BrowserServer
let clock: ManualClock
let log: ReturnType<typeof createRecordingLog>
let deserted: number
let staleLinks: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-server-'))
  await mkdir(join(folder, 'root'))
  await writeFile(join(folder, 'root', 'index.html'), '<!doctype html><title>Ichor</title>')
  await writeFile(join(folder, 'root', '.hidden.js'), 'hidden')
  await writeFile(join(folder, 'secret.js'), 'outside')
  clock = createManualClock()
  log = createRecordingLog()
  deserted = 0
  staleLinks = 0
  server = await startBrowserServer({
    root: join(folder, 'root'),
    handlers: Promise.resolve({ 'contexts.select': async () => ({}) } as unknown as Handlers),
    log,
    clock,
    onDeserted: () => (deserted += 1),
    onStaleLink: () => (staleLinks += 1),
  })
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: server.port, path, method, headers },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

function exchange(link: string | undefined, cookie?: string): Promise<Answer> {
  const token = link === undefined ? undefined : new URL(link).hash.replace('#token=', '')
  return ask('/session', {
    method: 'POST',
    headers: { origin: server.origin, ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify({ token }),
  })
}

async function admitted(): Promise<string> {
  const answer = await exchange(server.createLink())
  return answer.headers['set-cookie']![0]!.split(';')[0]!
}

/** Resolves to `open`, or to the HTTP status that refused it. */
function connect(headers: Record<string, string>): Promise<{ socket: WebSocket; outcome: 'open' | number }> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { headers })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ socket, outcome: 'open' }))
    socket.on('unexpected-response', (_, response) => resolve({ socket, outcome: response.statusCode ?? 0 }))
    socket.on('error', reject)
  })
}

const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.on('close', resolve))

test('the page comes with the content policy and may not be framed or sniffed', async () => {
  const { status, headers, body } = await ask('/')
  expect(status).toBe(200)
  expect(body).toContain('<title>Ichor</title>')
  expect(headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY)
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(headers['x-content-type-options']).toBe('nosniff')
})

test('a name that was pointed at 127.0.0.1 is refused by its Host', async () => {
  for (const host of ['evil.example', `localhost:${server.port}`, `evil.example:${server.port}`, '127.0.0.1'])
    expect((await ask('/', { headers: { host } })).status).toBe(403)
})

test('another origin gets neither the page, nor a session, nor a socket', async () => {
  const origin = 'http://evil.example'
  const cookie = await admitted()
  expect((await ask('/', { headers: { origin } })).status).toBe(403)
  expect((await ask('/session', { method: 'POST', headers: { origin, cookie }, body: '{}' })).status).toBe(
    403,
  )
  expect((await connect({ origin, cookie })).outcome).toBe(403)
  expect((await connect({ origin: `http://127.0.0.1:${server.port + 1}`, cookie })).outcome).toBe(403)
  expect((await connect({ cookie })).outcome).toBe(403)
})

test('no path leads out of the renderer folder', async () => {
  const paths = [
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '//../secret.js',
    '/assets/../../secret.js',
    '/..%5csecret.js',
    `/${encodeURIComponent(join(folder, 'secret.js'))}`,
    '/.hidden.js',
    '/%00',
    '/%',
  ]
  for (const path of paths) {
    const answer = await ask(path)
    expect([path, answer.status, answer.body]).toEqual([path, 404, ''])
  }
})

test('only GET, and POST for the session', async () => {
  expect((await ask('/', { method: 'POST' })).status).toBe(405)
  expect((await ask('/session', { headers: { origin: server.origin } })).status).toBe(405)
})

test('a launch link gives a cookie that scripts cannot read and other sites cannot send', async () => {
  const answer = await exchange(server.createLink())
  expect(answer.status).toBe(200)
  expect(answer.headers['set-cookie']![0]).toMatch(
    new RegExp(`^ichor-${server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
  )
  expect(answer.headers['cache-control']).toBe('no-store')
})

test('a launch link is good once', async () => {
  const link = server.createLink()
  expect((await exchange(link)).status).toBe(200)
  const second = await exchange(link)
  expect(second.status).toBe(401)
  expect(JSON.parse(second.body)).toMatchObject({ ok: false, error: { code: 'untrusted-caller' } })
  expect(second.headers['set-cookie']).toBeUndefined()
  expect(staleLinks).toBe(1)
})

test('a launch link is good for a minute', async () => {
  const late = server.createLink()
  await clock.advance(60_000)
  expect((await exchange(late)).status).toBe(401)
  const inTime = server.createLink()
  await clock.advance(59_999)
  expect((await exchange(inTime)).status).toBe(200)
})

test('a token of 256 bits, in the fragment, and never in the log', async () => {
  const link = new URL(server.createLink())
  expect(link.pathname + link.search).toBe('/')
  const token = link.hash.replace('#token=', '')
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  await exchange(link.href)
  await exchange(link.href)
  expect(JSON.stringify(log.entries)).not.toContain(token)
})

test('a session body that is not JSON, or too long, is no token', async () => {
  for (const body of ['', 'token', '[]', 'null', `{"token":"${'a'.repeat(9000)}"}`]) {
    const answer = await ask('/session', { method: 'POST', headers: { origin: server.origin }, body })
    expect(answer.status).toBe(401)
  }
})

test('without the cookie there is no socket', async () => {
  expect((await connect({ origin: server.origin })).outcome).toBe(403)
  const cookie = `ichor-${server.port}=${'A'.repeat(43)}`
  expect((await connect({ origin: server.origin, cookie })).outcome).toBe(403)
})

test('a second browser is told that the session is taken, even with a good link', async () => {
  const cookie = await admitted()
  const { socket } = await connect({ origin: server.origin, cookie })
  const link = server.createLink()
  const second = await exchange(link)
  expect(second.status).toBe(409)
  expect(JSON.parse(second.body)).toMatchObject({
    ok: false,
    error: { code: 'session-taken', remedy: 'close-other-window' },
  })
  // The link was not spent on the refusal.
  const gone = closed(socket)
  socket.close()
  await gone
  await expect.poll(async () => (await exchange(link)).status).toBe(200)
})

test('a reload of the same browser takes over from itself', async () => {
  const cookie = await admitted()
  const first = await connect({ origin: server.origin, cookie })
  const gone = closed(first.socket)
  expect((await exchange(undefined, cookie)).status).toBe(200)
  const second = await connect({ origin: server.origin, cookie })
  expect(second.outcome).toBe('open')
  expect(await gone).toBe(4001)
  second.socket.send(
    JSON.stringify({ kind: 'call', id: 'a', name: 'contexts.select', input: { context: 'casa' } }),
  )
  const message = await new Promise<string>((resolve) =>
    second.socket.on('message', (data: Buffer) => resolve(data.toString())),
  )
  expect(JSON.parse(message)).toEqual({ kind: 'answer', id: 'a', result: { ok: true, value: {} } })
})

test('a new link ends the cookie of the browser before', async () => {
  const before = await admitted()
  await admitted()
  expect((await connect({ origin: server.origin, cookie: before })).outcome).toBe(403)
})

test('the host is deserted 30 s after its last window went, and not while one is there', async () => {
  await clock.advance(3_600_000)
  expect(deserted).toBe(0)
  const cookie = await admitted()
  const first = await connect({ origin: server.origin, cookie })
  first.socket.close()
  await closed(first.socket)
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(29_999)
  const second = await connect({ origin: server.origin, cookie })
  await clock.advance(3_600_000)
  expect(deserted).toBe(0)
  second.socket.close()
  await closed(second.socket)
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(30_000)
  expect(deserted).toBe(1)
})

test('it listens on the loopback address only', async () => {
  await expect(
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.2', port: server.port }, resolve)
      request.on('error', reject)
      request.end()
    }),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a window that waits for an app that is never made does not keep the program from ending', async () => {
  const arrived = gate()
  const never = new Promise<Handlers>(() => undefined)
  never.finally = (act) => {
    arrived.open()
    return Promise.prototype.finally.call(never, act) as Promise<Handlers>
  }
  const other = await startBrowserServer({
    root: join(folder, 'root'),
    handlers: never,
    log,
    clock,
    onDeserted: () => undefined,
  })
  const { origin } = other
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin },
    body: JSON.stringify({ token: other.createLink().split('#token=')[1] }),
  })
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  const window = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { origin, cookie } })
  const gone = new Promise((resolve) => window.once('error', resolve))
  await arrived.passed
  await other[Symbol.asyncDispose]()
  await gone
})
