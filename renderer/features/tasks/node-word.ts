import type { Run, RunNode } from '#contract/runs.ts'
import type { TextTools } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { OUTCOME_KIND } from '../../ui/run-words.ts'

/** How a node of a run stands, in a word and its colour. */
export function nodeWord(
  node: RunNode,
  run: Pick<Run, 'question'>,
  { t }: TextTools,
): { readonly kind: StateKind; readonly words: string } {
  if (node.outcome !== undefined)
    return { kind: OUTCOME_KIND[node.outcome], words: t(`outcome.${node.outcome}`) }
  const state = node.state ?? 'waiting'
  const kind =
    state === 'running' ? (run.question?.node === node.node ? 'decide' : 'busy') : ('plain' as const)
  return { kind, words: t(`rolling.node.${state}`) }
}
