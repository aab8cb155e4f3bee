import { TalosFailure } from './domain/talos-failure.ts'
import { type DemoScenario, DemoScenarioName } from '#contract/demo.ts'
import type { DemoPort } from './ipc/handlers/contexts.ts'
import type { DemoTroublesPort } from './ipc/handlers/demo.ts'
import type { ScenarioState } from './simulator/scenarios.ts'
import type { ContextBook } from './domain/contexts/context-book.ts'
import type { DemoCluster, DemoLauncher } from './demo-cluster.ts'

interface Deps {
  readonly book: ContextBook
  readonly launcher: DemoLauncher
}

/** The simulated cluster of this process, one at a time, started when first asked for. */
export function createDemo({ book, launcher }: Deps): DemoPort &
  DemoTroublesPort &
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

  /** How the scenarios stand after what was asked; the simulator's refusals are told in its words. */
  async function ask(
    what: (cluster: DemoCluster) => Promise<readonly ScenarioState[]>,
  ): Promise<readonly DemoScenario[]> {
    const cluster = await running
    if (cluster === undefined) throw new TalosFailure('context-not-found', 'The demo cluster does not run.')
    const states = await what(cluster).catch((error: unknown) => {
      throw new TalosFailure('refused', error instanceof Error ? error.message : String(error))
    })
    return states.flatMap(({ name, scope, fits, active }) => {
      const known = DemoScenarioName.safeParse(name)
      return known.success ? [{ name: known.data, scope, fits: [...fits], on: [...active] }] : []
    })
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
    scenarios: () => ask((cluster) => cluster.scenarios()),
    cause: (name, node) => ask((cluster) => cluster.cause(name, node)),
    settle: (name, node) => ask((cluster) => cluster.settle(name, node)),
    [Symbol.asyncDispose]: stop,
  }
}
