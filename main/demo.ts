import { TalosFailure } from './domain/talos-failure.ts'
import type { DemoPort } from './ipc/handlers/contexts.ts'
import type { ContextBook } from './domain/contexts/context-book.ts'
import type { DemoCluster, DemoLauncher } from './demo-cluster.ts'

interface Deps {
  readonly book: ContextBook
  readonly launcher: DemoLauncher
}

/** The simulated cluster of this process, one at a time, started when first asked for. */
export function createDemo({ book, launcher }: Deps): DemoPort &
  AsyncDisposable & {
    /** Of the cluster that runs; `undefined` while none does. */
    factoryUrl(): string | undefined
  } {
  let running: Promise<DemoCluster> | undefined
  let factoryUrl: string | undefined

  async function stop(): Promise<void> {
    const ending = running
    running = undefined
    factoryUrl = undefined
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
      const mine = (running ??= launcher.launch())
      try {
        const cluster = await mine
        if (running !== mine) throw new TalosFailure('cancelled', 'The demo cluster was stopped.')
        factoryUrl = cluster.factoryUrl
        return book.addDemo(new TextEncoder().encode(cluster.talosconfig))
      } catch (error) {
        if (running === mine) running = undefined
        throw error
      }
    },
    stop,
    factoryUrl: () => factoryUrl,
    [Symbol.asyncDispose]: stop,
  }
}
