import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ClockPort } from '../../main/domain/clock-port.ts'
import type { HostPort } from '../../main/domain/host-port.ts'
import { runBrowserHost } from '../../main/hosts/browser/run.ts'
import { findBundle } from '../../main/hosts/bundle.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'
import { WebSocket } from 'ws'
import { systemClock } from '../../main/talos/system-clock.ts'
import { createManualClock } from '../fakes/manual-clock.ts'
import { gate } from '../fakes/run-bodies.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ichor-run-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

function start(
  args: readonly string[] = [],
  createApp?: (host: HostPort) => Promise<never>,
  clock: ClockPort = systemClock,
) {
  const lines: string[] = []
  const stop = new AbortController()
  const app = { host: undefined as HostPort | undefined, disposed: 0, demos: 0, idle: Promise.resolve() }
  const ended = runBrowserHost({
    args: ['--no-open', '--data-dir', dataDir, ...args],
    env: {},
    bundle: findBundle(import.meta.dirname),
    clock,
    createApp:
      createApp ??
      (async (host) => {
        app.host = host
        return {
          handlers: {
            'demo.start': async () => ((app.demos += 1), { context: 'demo' }),
          } as unknown as Handlers,
          idle: () => app.idle,
          going: () => 0,
          [Symbol.asyncDispose]: async () => void (app.disposed += 1),
        }
      }),
    print: (line) => lines.push(...line.split('\n')),
    signal: stop.signal,
  })
  const link = (): Promise<URL> =>
    expect
      .poll(() => lines.find((line) => line.includes('http://')))
      .toBeDefined()
      .then(() => new URL(lines.find((line) => line.includes('http://'))!.trim()))
  return { lines, stop, ended, app, link }
}

test('the link that is printed is good, the app learns its folders, and the end puts everything away', async () => {
  const run = start(['--demo'])
  const link = await run.link()
  expect(link.hostname).toBe('127.0.0.1')
  const answer = await fetch(`${link.origin}/session`, {
    method: 'POST',
    headers: { origin: link.origin },
    body: JSON.stringify({ token: link.hash.replace('#token=', '') }),
  })
  expect(await answer.json()).toEqual({ ok: true })
  expect(run.app.host).toMatchObject({ kind: 'browser', dataDir, nativeDialogs: false })
  expect(run.app.host?.keystore.state()).toEqual({ kind: 'unset' })
  expect(run.app.host?.protosDir).toMatch(/protos$/)
  expect(run.app.demos).toBe(1)
  run.stop.abort()
  expect(await run.ended).toBe(0)
  expect(run.app.disposed).toBe(1)
  await expect(fetch(link.origin)).rejects.toThrow()
  expect(await readFile(join(dataDir, 'logs', 'ichor.log'), 'utf8')).toContain('host.ending')
})

test('a run that goes on keeps the program after the last window has gone', async () => {
  const clock = createManualClock()
  const run = start([], undefined, clock)
  const going = gate()
  run.app.idle = going.passed
  const link = await run.link()
  const answer = await fetch(`${link.origin}/session`, {
    method: 'POST',
    headers: { origin: link.origin },
    body: JSON.stringify({ token: link.hash.replace('#token=', '') }),
  })
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  const window = new WebSocket(`${link.origin.replace('http', 'ws')}/socket`, {
    headers: { origin: link.origin, cookie },
  })
  await once(window, 'open')
  window.close()
  await once(window, 'close')
  let over = false
  void run.ended.then(() => (over = true))
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(31_000)
  expect(over).toBe(false)
  going.open()
  expect(await run.ended).toBe(0)
})

test('a link that was spent brings a new one in the terminal', async () => {
  const run = start()
  const link = await run.link()
  const spend = () =>
    fetch(`${link.origin}/session`, {
      method: 'POST',
      headers: { origin: link.origin },
      body: JSON.stringify({ token: link.hash.replace('#token=', '') }),
    })
  expect((await spend()).status).toBe(200)
  expect((await spend()).status).toBe(401)
  expect((await spend()).status).toBe(401)
  const links = run.lines.filter((line) => line.includes('#token='))
  expect(links).toHaveLength(2)
  expect(links[1]).not.toBe(links[0])
  run.stop.abort()
  await run.ended
})

test('an app that cannot be made ends the program with one line and no stack', async () => {
  const run = start([], async () => {
    throw new Error('protos are missing')
  })
  expect(await run.ended).toBe(1)
  expect(run.lines.filter((line) => line.startsWith('Ichor could not start.'))).toHaveLength(1)
  expect(run.lines.join('\n')).not.toMatch(/ {4}at |protos are missing/)
  expect(await readFile(join(dataDir, 'logs', 'ichor.log'), 'utf8')).toContain('protos are missing')
})

test('a port that is taken is said', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const run = start(['--port', String(port)])
  expect(await run.ended).toBe(1)
  expect(run.lines.join('\n')).toContain(`127.0.0.1:${port}`)
  expect(run.app.disposed).toBe(1)
  await new Promise((resolve) => other.close(resolve))
})

test('a wrong option is answered with the usage and starts nothing', async () => {
  const run = start(['--demoo'])
  expect(await run.ended).toBe(2)
  expect(run.lines.join('\n')).toContain('Usage: npm start')
  expect(run.app.host).toBeUndefined()
})
