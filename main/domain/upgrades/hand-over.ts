import { ask, valueOf } from './known.ts'
import type { RunScene } from './run-frame.ts'
import { runStep, type RunPart, type StepResult } from './run-step.ts'

/** Milliseconds for another member to be elected. */
const ELECTED_WITHIN = 30_000
const LOOK_EVERY = 1_000

/**
 * Step `hand-over`: a leader gives its leadership away before it goes, so that etcd elects nobody in a hurry. Losing a
 * leader costs a second and no quorum, so what fails here is told and stops nothing.
 */
export async function* handOver({ talos, clock, control, node }: RunScene): RunPart<void> {
  yield* runStep('hand-over', control, async function* (): RunPart<StepResult<void>> {
    yield { kind: 'step-progress', id: 'hand-over', progress: 0 }
    const { signal } = control
    const status = await ask(signal, () => talos.etcdStatus(node, signal))
    if (!status.known) return { value: undefined, state: 'unknown', detail: status.reason }
    const { memberId, leaderId } = status.value
    if (leaderId !== memberId) return { value: undefined, detail: 'follower' }
    const members = valueOf(await ask(signal, () => talos.etcdMembers(node, signal))) ?? []
    const given = await ask(signal, () => talos.etcdForfeitLeadership(node, signal))
    if (!given.known) return { value: undefined, state: 'unknown', detail: given.reason }
    const until = clock.now() + ELECTED_WITHIN
    for (;;) {
      const now = valueOf(await ask(signal, () => talos.etcdStatus(node, signal)))
      if (now !== undefined && now.leaderId !== memberId && BigInt(`0x${now.leaderId || '0'}`) !== 0n) {
        const leader = members.find(({ id }) => id === now.leaderId)?.hostname ?? now.leaderId
        return { value: undefined, detail: `leader: ${leader}` }
      }
      if (clock.now() >= until) return { value: undefined, state: 'unknown', detail: 'leader: –' }
      await clock.sleep(LOOK_EVERY, signal)
    }
  })
}
