import type { CertificateFacts } from '#contract/contexts.ts'
import type { Run } from '#contract/runs.ts'
import type { RunEngine } from './run-engine.ts'
import { isOpen } from './run-state.ts'

/** The run that holds the cluster, or one that was cut off and not settled: no other may be planned past it. */
export function runInTheWay(runs: Pick<RunEngine, 'holder' | 'list'>, context: string): Run | undefined {
  const cutOff = (run: Run): boolean => isOpen(run) && run.outcome === 'interrupted'
  return runs.holder(context) ?? runs.list(context).find(cutOff)
}

/** What surrounds a plan and no node tells. */
export interface Surroundings {
  /** ms since 1970. */
  readonly now: number
  readonly certificate: CertificateFacts
  readonly otherRun: Run | undefined
}

export function surroundingsOf(
  runs: Pick<RunEngine, 'holder' | 'list'>,
  cluster: { readonly name: string; readonly certificate: CertificateFacts },
  now: number,
): Surroundings {
  return { now, certificate: cluster.certificate, otherRun: runInTheWay(runs, cluster.name) }
}
