import * as grpc from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContextName } from '#contract/names.ts'
import { NodeAddress } from '#contract/names.ts'
import type { Result } from '#contract/wire-error.ts'
import { buildApp } from '../../main/scripts/build-app.mjs'
import { formatEndpoint, parseEndpoint } from '../../main/domain/talosconfig/endpoint.ts'
import type { ParsedContext } from '../../main/domain/talosconfig/parsed-talosconfig.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { loadProtos } from '../../main/talos/load-protos.ts'
import { createChannelCredentials, createClientContext } from '../../main/talos/secure-context.ts'
import { startSimulator, type RunningSimulator } from '../e2e/simulator.ts'
import { dropped } from '../fakes/app-scene.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { printTable, spreadOf, spreadRow } from './figures.ts'
import { serveApp, type ServedApp } from './served-app.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

const WARM_UP = 200
const ROUNDS = 1_000

let simulator: RunningSimulator
let app: ServedApp
beforeAll(async () => {
  await buildApp()
  simulator = await startSimulator(['--controlplanes', '1', '--speed', '1'])
  app = await serveApp()
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await simulator.stop()
})

test('LogsContainers through the whole app, against the same call bare on grpc-js', async () => {
  const context = contextOf(simulator.talosconfig)
  const node = NodeAddress.parse(parseEndpoint(context.nodes[0] ?? '')?.host ?? context.nodes[0])
  const name = await importInto(app, simulator.talosconfig)
  const port = createTalosPort({ context, protosDir })
  const bare = bareCaller(context)
  const { signal } = new AbortController()
  const ways: Readonly<Record<'bare' | 'client' | 'app', () => Promise<readonly string[]>>> = {
    bare: bare.call,
    client: () => port.logSources(node, signal),
    app: async () => valueOf(await app.client.call('logs.sources', { context: name, node })).services,
  }
  try {
    expect(await ways.app()).toEqual(await ways.bare())
    const times = { bare: [] as number[], client: [] as number[], app: [] as number[] }
    const pairs: number[] = []
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      // A B C A B C: whatever else the machine does meets all three alike.
      const took = { bare: await time(ways.bare), client: await time(ways.client), app: await time(ways.app) }
      if (round < WARM_UP) continue
      times.bare.push(took.bare)
      times.client.push(took.client)
      times.app.push(took.app)
      pairs.push(took.app - took.bare)
    }
    const ratio = (way: 'client' | 'app'): string =>
      (spreadOf(times[way]).median / spreadOf(times.bare).median).toFixed(2)
    printTable({
      title: `One unary call (LogsContainers, mTLS to a simulated node in its own process), ${ROUNDS} rounds A B C A B C`,
      goal: 'the whole app at most 1.2 times the bare call, less than 5 ms more',
      head: ['milliseconds', 'min', 'median', 'max', 'ratio of medians'],
      rows: [
        [...spreadRow('A  grpc-js alone', times.bare, 2), '1'],
        [...spreadRow("B  Ichor's Talos client", times.client, 2), ratio('client')],
        [...spreadRow('C  client, handler, border, WebSocket', times.app, 2), ratio('app')],
        [...spreadRow('C − A, pair by pair', pairs, 2), ''],
      ],
    })
  } finally {
    bare.close()
    port.close()
  }
})

async function time(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await call()
  return performance.now() - started
}

/** A channel of its own, warm after the first call, with grpc-js' own options. */
function bareCaller(context: ParsedContext): { call(): Promise<readonly string[]>; close(): void } {
  const endpoint = parseEndpoint(context.endpoints[0] ?? '')
  if (endpoint === undefined) throw new Error('the context has no endpoint')
  const { credentials, options } = createChannelCredentials(createClientContext(context), endpoint.host)
  const client = new grpc.Client(formatEndpoint(endpoint), credentials, options)
  const { LogsContainers } = loadProtos(protosDir).machine
  return {
    call: () =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          LogsContainers.path,
          LogsContainers.requestSerialize,
          LogsContainers.responseDeserialize,
          {},
          new grpc.Metadata(),
          { deadline: Date.now() + 10_000 },
          (error, answer) => {
            if (error === null) resolve(answer?.messages[0]?.ids ?? [])
            else reject(error)
          },
        )
      }),
    close: () => client.close(),
  }
}

async function importInto({ client }: ServedApp, talosconfig: string): Promise<ContextName> {
  const { preview } = valueOf(await client.call('talosconfigs.preview', dropped(talosconfig)))
  if (preview === undefined) throw new Error('no preview')
  const choices = preview.contexts.map(({ name }) => ({ name, action: 'add' as const }))
  const imported = await client.call('talosconfigs.import', { previewId: preview.previewId, choices })
  const { current } = valueOf(imported)
  if (current === undefined) throw new Error('nothing was imported')
  return current
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}
