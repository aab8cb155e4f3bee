import { TalosFailure } from './domain/talos-failure.ts'
import type { DemoPort } from './ipc/handlers/contexts.ts'
import type { ContextBook } from './domain/contexts/context-book.ts'
import type { SimulatedCluster } from './simulator/cluster.ts'

/** Work of the simulated machines goes this much faster than a real one's: a reboot takes seconds. */
const DEMO_SPEED = 10

interface Deps {
  readonly book: ContextBook
  readonly protosDir: string
  readonly resourcesDir: string
}

/** The simulated cluster in this process, one at a time, started when first asked for. */
export function createDemo({ book, protosDir, resourcesDir }: Deps): DemoPort & AsyncDisposable {
  let running: Promise<SimulatedCluster> | undefined

  async function launch(): Promise<SimulatedCluster> {
    // Loaded only now: nobody who has a cluster of their own should wait for the simulator's code.
    const { startSimulatedCluster } = await import('./simulator/cluster.ts')
    return startSimulatedCluster({ speed: DEMO_SPEED, seed: 7, protosDir, resourcesDir })
  }

  async function stop(): Promise<void> {
    const ending = running
    running = undefined
    book.removeDemo()
    if (ending !== undefined) await (await ending)[Symbol.asyncDispose]()
  }

  return {
    async start() {
      const already = book.contexts().find(({ demo }) => demo)
      if (already !== undefined) {
        await book.select(already.name)
        return already.name
      }
      const mine = (running ??= launch())
      try {
        const cluster = await mine
        if (running !== mine) throw new TalosFailure('cancelled', 'The demo cluster was stopped.')
        return book.addDemo(new TextEncoder().encode(cluster.talosconfig()))
      } catch (error) {
        if (running === mine) running = undefined
        throw error
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
