import type { StorageItem } from '../kubernetes/kubernetes-port.ts'
import { ask, valueOf } from './known.ts'
import type { KubernetesScene } from './kubernetes-steps.ts'
import { duration, runStep, throwIfStopped, type RunPart, type StepResult } from './run-step.ts'

const LOOK_EVERY = 5_000

/** Names of what was not whole; what was so before the run is not the run's to wait for. */
export function unsettledOf(items: readonly StorageItem[]): readonly string[] {
  return items.filter(({ settled }) => !settled).map(({ system, name }) => `${system} ${name}`)
}

/**
 * Step `storage`: the next node may hold the only other copy, so it waits until every volume is as whole as it was
 * before the run (behaviour.md §11). Without end: a person may stop the run meanwhile.
 */
export async function* awaitStorage(scene: KubernetesScene, before: readonly string[]): RunPart<void> {
  const { kubernetes, clock, control, node } = scene
  yield* runStep('storage', control, async function* (): RunPart<StepResult<void>> {
    const since = clock.now()
    const accepted = new Set(before)
    let told = ''
    for (;;) {
      throwIfStopped(control, node)
      const items = await ask(control.signal, () => kubernetes.storage(control.signal))
      const open = unsettledOf(valueOf(items) ?? []).filter((name) => !accepted.has(name))
      if (items.known && open.length === 0) {
        const detail = items.value.length === 0 ? '–' : duration(clock.now() - since)
        return { value: undefined, detail }
      }
      const detail = items.known ? open.join(', ') : items.reason
      if (detail !== told) {
        told = detail
        yield { kind: 'step-progress', id: 'storage', detail }
      }
      await clock.sleep(LOOK_EVERY, control.signal)
    }
  })
}
