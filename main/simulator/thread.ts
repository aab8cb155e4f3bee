import { parentPort, workerData } from 'node:worker_threads'
import type { SimulatedClusterOptions } from './cluster.ts'
import { type DemoNodes, startDemoNodes } from './demo-cluster.ts'
import type { ScenarioState } from './scenarios.ts'

/** What the thread is started with; all of it can be cloned. */
export type ThreadOptions = Pick<SimulatedClusterOptions, 'speed' | 'seed' | 'protosDir' | 'resourcesDir'>

/** What it says once, when the nodes answer. */
export interface ThreadReady {
  readonly kind: 'ready'
  readonly talosconfig: string
  readonly factoryUrl: string
}

/** What may be asked of it; `end` has no answer but its exit. */
export type ThreadOrder =
  | { readonly kind: 'end' }
  | { readonly kind: 'scenarios'; readonly id: number }
  | {
      readonly kind: 'cause' | 'settle'
      readonly id: number
      readonly name: string
      readonly node: string | undefined
    }

/** How all scenarios stand after the order of that id, or why it could not be carried out. */
export type ThreadAnswer =
  | { readonly kind: 'answer'; readonly id: number; readonly scenarios: readonly ScenarioState[] }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: string }

/** Entry point of a worker thread: simulated nodes that take no time from the thread that shows them. */
async function main(port: NonNullable<typeof parentPort>): Promise<void> {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const cluster = startDemoNodes(workerData as ThreadOptions)
  port.on('message', (order: ThreadOrder) => {
    if (order.kind === 'end') end()
    else void cluster.then((ready) => port.postMessage(answerTo(ready, order)))
  })
  const running = await cluster
  const { talosconfig, factoryUrl } = running
  const ready: ThreadReady = { kind: 'ready', talosconfig, factoryUrl }
  port.postMessage(ready)
  await ended
  await running[Symbol.asyncDispose]()
  port.close()
}

function answerTo({ cluster }: DemoNodes, order: Exclude<ThreadOrder, { kind: 'end' }>): ThreadAnswer {
  const { id } = order
  try {
    if (order.kind === 'cause') cluster.cause(order.name, order.node)
    if (order.kind === 'settle') cluster.settle(order.name, order.node)
    return { kind: 'answer', id, scenarios: cluster.scenarios() }
  } catch (error) {
    return { kind: 'refusal', id, reason: error instanceof Error ? error.message : String(error) }
  }
}

if (parentPort === null) throw new Error('This file runs in a worker thread only.')
// What main rejects with becomes the worker's `error` event.
void main(parentPort)
