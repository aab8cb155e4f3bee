import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ScenarioState } from './simulator/scenarios.ts'
import type { ThreadAnswer, ThreadOptions, ThreadOrder, ThreadReady } from './simulator/thread.ts'

/** Beside the built entry points. */
const THREAD_FILE = 'simulator-thread.cjs'
/** A thread that does not end by itself is ended. */
const END_WITHIN_MS = 2_000
/** Work of the simulated machines goes this much faster than a real one's: a reboot takes seconds. */
const DEMO_SPEED = 10

/** Simulated nodes that answer. Disposing them ends them. */
export interface DemoCluster extends AsyncDisposable {
  readonly talosconfig: string
  /** Its own Image Factory, `http://127.0.0.1:41234`. */
  readonly factoryUrl: string
  /** What can go wrong on purpose, and where it does now. */
  scenarios(): Promise<readonly ScenarioState[]>
  /** @throws the simulator's sentence when it cannot be */
  cause(name: string, node: string | undefined): Promise<readonly ScenarioState[]>
  settle(name: string, node: string | undefined): Promise<readonly ScenarioState[]>
}

export interface DemoLauncher {
  /** Begins at once what the next `launch` will ask for. */
  prepare(): void
  /** @throws the system's error when no address can be had, or a machine's when it does not boot */
  launch(): Promise<DemoCluster>
}

/**
 * Starts the demo cluster in a thread of its own, so that it boots while the app loads and takes no time from it
 * afterwards. Where there is no built thread (under a test) or it does not come up, the cluster runs in this one.
 */
export function createDemoLauncher(folders: {
  readonly protosDir: string
  readonly resourcesDir: string
}): DemoLauncher {
  const options: ThreadOptions = { speed: DEMO_SPEED, seed: 7, ...folders }
  let prepared: Promise<DemoCluster> | undefined

  async function start(): Promise<DemoCluster> {
    // The code stands beside the entry points or in the folder of their parts.
    const file = [import.meta.dirname, join(import.meta.dirname, '..')]
      .map((folder) => join(folder, THREAD_FILE))
      .find(existsSync)
    if (file === undefined) return startHere(options)
    return startThread(file, options).catch(() => startHere(options))
  }

  return {
    prepare() {
      prepared ??= start()
      // Whoever launches hears of it.
      prepared.catch(() => undefined)
    },
    launch() {
      const mine = prepared ?? start()
      prepared = undefined
      return mine
    },
  }
}

async function startHere(options: ThreadOptions): Promise<DemoCluster> {
  // Loaded only now: nobody who has a cluster of their own should wait for the simulator's code.
  const { startDemoNodes } = await import('./simulator/demo-cluster.ts')
  const nodes = await startDemoNodes(options)
  const { cluster } = nodes
  return {
    ...nodes,
    scenarios: async () => cluster.scenarios(),
    async cause(name, node) {
      cluster.cause(name, node)
      return cluster.scenarios()
    },
    async settle(name, node) {
      cluster.settle(name, node)
      return cluster.scenarios()
    },
  }
}

type OrderToAnswer =
  | { readonly kind: 'scenarios' }
  | { readonly kind: 'cause' | 'settle'; readonly name: string; readonly node: string | undefined }

function startThread(file: string, options: ThreadOptions): Promise<DemoCluster> {
  const worker = new Worker(file, { workerData: options })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const waiting = new Map<number, (answer: ThreadAnswer) => void>()
  let orders = 0

  async function ask(order: OrderToAnswer): Promise<readonly ScenarioState[]> {
    const id = ++orders
    const answer = await new Promise<ThreadAnswer>((resolve) => {
      waiting.set(id, resolve)
      void ended.then(() => resolve({ kind: 'refusal', id, reason: 'the demo cluster has ended' }))
      worker.postMessage({ ...order, id } satisfies ThreadOrder)
    })
    waiting.delete(id)
    if (answer.kind === 'refusal') throw new Error(answer.reason)
    return answer.scenarios
  }

  return new Promise((resolve, reject) => {
    worker.on('message', (message: ThreadReady | ThreadAnswer) => {
      if (message.kind === 'ready') begin(message)
      else waiting.get(message.id)?.(message)
    })
    const begin = ({ talosconfig, factoryUrl }: ThreadReady): void =>
      resolve({
        talosconfig,
        factoryUrl,
        scenarios: () => ask({ kind: 'scenarios' }),
        cause: (name, node) => ask({ kind: 'cause', name, node }),
        settle: (name, node) => ask({ kind: 'settle', name, node }),
        async [Symbol.asyncDispose]() {
          worker.postMessage({ kind: 'end' } satisfies ThreadOrder)
          const timer = setTimeout(() => void worker.terminate(), END_WITHIN_MS)
          await ended
          clearTimeout(timer)
        },
      })
    // After the start nobody waits for this: a thread that breaks leaves nodes that no longer answer, and are shown so.
    worker.on('error', reject)
    void ended.then(() => reject(new Error('the thread of the simulated nodes ended')))
  })
}
