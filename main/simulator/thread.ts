import { parentPort, workerData } from 'node:worker_threads'
import type { SimulatedClusterOptions } from './cluster.ts'
import { startDemoNodes } from './demo-cluster.ts'

/** What the thread is started with; all of it can be cloned. */
export type ThreadOptions = Pick<SimulatedClusterOptions, 'speed' | 'seed' | 'protosDir' | 'resourcesDir'>

/** What it says once, when the nodes answer. Any message to it asks it to end. */
export interface ThreadReady {
  readonly talosconfig: string
  readonly factoryUrl: string
}

/** Entry point of a worker thread: simulated nodes that take no time from the thread that shows them. */
async function main(port: NonNullable<typeof parentPort>): Promise<void> {
  const stopped = new Promise((resolve) => port.once('message', resolve))
  const cluster = await startDemoNodes(workerData as ThreadOptions)
  const ready: ThreadReady = { talosconfig: cluster.talosconfig, factoryUrl: cluster.factoryUrl }
  port.postMessage(ready)
  await stopped
  await cluster[Symbol.asyncDispose]()
  port.close()
}

if (parentPort === null) throw new Error('This file runs in a worker thread only.')
// What main rejects with becomes the worker's `error` event.
void main(parentPort)
