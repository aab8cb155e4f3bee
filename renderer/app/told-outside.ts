import { longRuns } from '#contract/long-runs.ts'
import type { Run } from '#contract/runs.ts'
import { isActive } from '../ipc/stores/runs-store.ts'
import type { TextTools } from '../ui/i18n/text.tsx'
import { runPlace, runTitle, runVerdict } from '../ui/run-words.ts'

const LONG_ONES: ReadonlySet<Run['kind']> = new Set(longRuns)

export interface Told {
  /** What was last known of each run, by its id. */
  readonly states: ReadonlyMap<string, string>
  readonly news: readonly { readonly title: string; readonly body: string }[]
}

/** What is new since `before`: runs that ended, and questions, once each. A run that was over already says nothing. */
export function newsOf(before: Told['states'], runs: readonly Run[], text: TextTools): Told {
  const long = runs.filter(({ kind }) => LONG_ONES.has(kind))
  const news = long.flatMap((run) => {
    const earlier = before.get(run.id)
    const now = stateOf(run)
    if (earlier === undefined || earlier === now || now === 'going') return []
    const title = `${runTitle(run, text)}, ${runPlace(run, text)}`
    return [{ title, body: runVerdict(run, text, Date.now(), true).words }]
  })
  return { states: new Map(long.map((run) => [run.id, stateOf(run)])), news }
}

function stateOf({ outcome, question }: Run): string {
  return outcome ?? (question === undefined ? 'going' : `asks ${question.id}`)
}

/** Steps that ended, of all that there are. */
export function progressOf(runs: readonly Run[], { format }: TextTools): string | undefined {
  const steps = runs.filter((run) => isActive(run) && LONG_ONES.has(run.kind)).flatMap((run) => run.steps)
  if (steps.length === 0) return undefined
  const done = steps.filter(({ state }) => state !== 'waiting' && state !== 'running').length
  return format.percent((done / steps.length) * 100)
}
