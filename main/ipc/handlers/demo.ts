import type { DemoScenario, DemoScenarioName } from '#contract/demo.ts'
import type { Handlers } from '../handlers.ts'

type DemoHandlers = Pick<Handlers, 'demo.scenarios' | 'demo.cause' | 'demo.settle'>

/** What can go wrong on purpose in the demo cluster. Throws `context-not-found` while none runs, `refused` else. */
export interface DemoTroublesPort {
  scenarios(): Promise<readonly DemoScenario[]>
  /** On that node, or on one that fits. Answers how all stand then. */
  cause(name: DemoScenarioName, node: string | undefined): Promise<readonly DemoScenario[]>
  settle(name: DemoScenarioName, node: string | undefined): Promise<readonly DemoScenario[]>
}

/** The demo cluster's own menu: trouble caused and settled while it runs. Never reaches a cluster that is somebody's. */
export function createDemoHandlers({ demo }: { readonly demo: DemoTroublesPort }): DemoHandlers {
  return {
    'demo.scenarios': async () => ({ scenarios: [...(await demo.scenarios())] }),
    'demo.cause': async ({ name, node }) => ({ scenarios: [...(await demo.cause(name, node))] }),
    'demo.settle': async ({ name, node }) => ({ scenarios: [...(await demo.settle(name, node))] }),
  }
}
