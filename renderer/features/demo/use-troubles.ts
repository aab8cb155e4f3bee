import { useCallback, useEffect, useState } from 'react'
import type { DemoScenario, DemoScenarioName } from '#contract/demo.ts'
import type { Result, WireError } from '#contract/wire-error.ts'
import { useTalosClient } from '../../ipc/client-context.ts'

export interface Troubles {
  /** Undefined until they were read once. */
  readonly scenarios: readonly DemoScenario[] | undefined
  readonly error: WireError | undefined
  /** The one that is being caused or ended. */
  readonly busy: DemoScenarioName | undefined
  readonly reread: () => void
  /** Answers how it stands then; undefined when it was refused. */
  readonly cause: (name: DemoScenarioName, node: string | undefined) => Promise<DemoScenario | undefined>
  readonly end: (name: DemoScenarioName) => Promise<DemoScenario | undefined>
}

/** What is wrong on purpose in the demo cluster. Others may switch it too, so it is read again whenever asked. */
export function useTroubles(): Troubles {
  const client = useTalosClient()
  const [scenarios, setScenarios] = useState<readonly DemoScenario[]>()
  const [error, setError] = useState<WireError>()
  const [busy, setBusy] = useState<DemoScenarioName>()

  const take = useCallback((answer: Result<{ readonly scenarios: readonly DemoScenario[] }>) => {
    setError(answer.ok ? undefined : answer.error)
    if (answer.ok) setScenarios(answer.value.scenarios)
    return answer.ok ? answer.value.scenarios : []
  }, [])

  const reread = useCallback(() => void client.call('demo.scenarios', {}).then(take), [client, take])
  useEffect(reread, [reread])

  async function order(
    verb: 'demo.cause' | 'demo.settle',
    name: DemoScenarioName,
    node?: string,
  ): Promise<DemoScenario | undefined> {
    setBusy(name)
    const all = take(await client.call(verb, { name, ...(node === undefined ? {} : { node }) }))
    setBusy(undefined)
    return all.find((one) => one.name === name)
  }

  return {
    scenarios,
    error,
    busy,
    reread,
    cause: (name, node) => order('demo.cause', name, node),
    end: (name) => order('demo.settle', name),
  }
}
