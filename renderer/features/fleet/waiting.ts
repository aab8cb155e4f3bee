import type { Context } from '#contract/contexts.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import type { Run } from '#contract/runs.ts'
import { isOnTrial } from '../../ipc/stores/runs-store.ts'
import { nodeName } from '../../ui/node-state.ts'
import { daysUntil } from './fleet-facts.ts'

/** Something that only a person can settle. The list's order is the order of the cases. */
export type WaitingItem =
  | { readonly kind: 'try'; readonly id: string; readonly run: Run; readonly until: string }
  | { readonly kind: 'interrupted'; readonly id: string; readonly run: Run }
  | { readonly kind: 'fell-back'; readonly id: string; readonly run: Run }
  | {
      readonly kind: 'silent'
      readonly id: string
      readonly node: NodeSummary
      readonly name: string
      readonly since: string
      readonly words: string
    }
  | {
      readonly kind: 'not-ready'
      readonly id: string
      readonly node: NodeSummary
      readonly name: string
      readonly words: string
    }
  | { readonly kind: 'staged'; readonly id: string; readonly node: NodeSummary; readonly name: string }
  | { readonly kind: 'expires'; readonly id: string; readonly until: string }

const NODE_KINDS: readonly WaitingItem['kind'][] = ['silent', 'not-ready', 'staged']
const WARN_DAYS = 14

/** What waits in a cluster now: a pure look at nodes, runs (newest first) and the key. */
export function waitingFor(
  context: Context,
  nodes: readonly NodeSummary[],
  runs: readonly Run[],
  nowMs: number,
): readonly WaitingItem[] {
  const here = runs.filter((run) => run.context === context.name)
  const onTrial = new Set(here.filter(isOnTrial).map((run) => run.node))
  const busy = new Set(here.filter((run) => run.outcome === undefined).map((run) => run.node))
  // Only the newest run of a node speaks for it: a later one has settled what was before.
  const newest = [...new Map(here.toReversed().map((run) => [run.node, run])).values()]
  return [
    ...here.flatMap((run): WaitingItem[] =>
      run.trial !== undefined && isOnTrial(run)
        ? [{ kind: 'try', id: `try ${run.id}`, run, until: run.trial.revertsAt }]
        : [],
    ),
    ...here.flatMap((run): WaitingItem[] =>
      run.outcome === 'interrupted' && (run.endedAt === undefined || newest.includes(run))
        ? [{ kind: 'interrupted', id: `interrupted ${run.id}`, run }]
        : [],
    ),
    ...newest.flatMap((run): WaitingItem[] =>
      run.outcome === 'fell-back' ? [{ kind: 'fell-back', id: `fell-back ${run.id}`, run }] : [],
    ),
    ...nodes
      .flatMap((node): WaitingItem[] =>
        waitingAtNode(node, { busy: busy.has(node.address), onTrial: onTrial.has(node.address) }),
      )
      .toSorted((a, b) => NODE_KINDS.indexOf(a.kind) - NODE_KINDS.indexOf(b.kind)),
    ...(daysUntil(context.certificate.notAfter, nowMs) < WARN_DAYS
      ? [{ kind: 'expires' as const, id: 'expires', until: context.certificate.notAfter }]
      : []),
  ]
}

/** A node that a run holds is expected to be away; its run tells. A try is not a staged configuration. */
function waitingAtNode(
  node: NodeSummary,
  { busy, onTrial }: { readonly busy: boolean; readonly onTrial: boolean },
): WaitingItem[] {
  const name = nodeName(node)
  const items: WaitingItem[] = []
  if (node.reach.kind === 'silent' && !busy) {
    items.push({
      kind: 'silent',
      id: `silent ${node.address}`,
      node,
      name,
      since: node.reach.since,
      words: node.reach.error.message,
    })
  }
  if (node.reach.kind === 'answering' && node.stage?.name === 'running' && !node.stage.ready && !busy) {
    items.push({
      kind: 'not-ready',
      id: `not-ready ${node.address}`,
      node,
      name,
      words: node.stage.unmet.map((one) => `${one.name}: ${one.reason}`).join('; '),
    })
  }
  if (node.configStaged === true && !onTrial) {
    items.push({ kind: 'staged', id: `staged ${node.address}`, node, name })
  }
  return items
}
