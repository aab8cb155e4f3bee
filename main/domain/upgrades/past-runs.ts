import type { Run, RunNode, VerdictRow } from '#contract/runs.ts'
import { lineOf } from './version-table.ts'

/** What one run was on one node: its own steps and rows. */
export interface NodePart {
  readonly run: Run
  readonly outcome: Run['outcome']
  readonly endedAt: string | undefined
  readonly steps: Run['steps']
  readonly verdict: readonly VerdictRow[]
  /** Versions of an upgrade or a rollback, as planned for this node. */
  readonly from: string | undefined
  readonly to: string | undefined
}

/** `undefined` when the run did not go over that node. */
export function nodePart(run: Run, node: string): NodePart | undefined {
  const part = partOf(run, node)
  if (part === undefined) return undefined
  const isOwn = (of: { readonly node?: string | undefined }): boolean =>
    run.nodes === undefined || of.node === node
  const verdict = run.verdict.filter(isOwn)
  const talos = verdict.find(({ fact }) => fact === 'talos')
  return {
    run,
    outcome: part.outcome,
    endedAt: part.endedAt,
    steps: run.steps.filter(isOwn),
    verdict,
    from: talos?.before ?? run.title.parameters['from'],
    to: talos?.expected ?? run.title.parameters['to'],
  }
}

/** Seconds that a node took in proven runs of a kind; the five newest. */
export function runSeconds(runs: readonly Run[], kind: Run['kind'], node: string): readonly number[] {
  return runs
    .filter((run) => run.kind === kind)
    .map((run) => partOf(run, node))
    .filter((part) => part !== undefined && isProven(part))
    .flatMap((part) => {
      if (part?.startedAt === undefined || part.endedAt === undefined) return []
      return [Math.round((Date.parse(part.endedAt) - Date.parse(part.startedAt)) / 1000)]
    })
    .slice(-5)
}

/** What a run was on one node; the run itself where it was of that node alone. */
function partOf(run: Run, node: string): Pick<RunNode, 'outcome' | 'startedAt' | 'endedAt'> | undefined {
  if (run.nodes === undefined) return run.node === node ? run : undefined
  return run.nodes.find((one) => one.node === node)
}

/**
 * Version in the boot slot that does not run, as far as this app wrote it: a node never tells. `undefined` when the
 * last run left it open, or there was none.
 */
export function otherSlotVersion(runs: readonly Run[], node: string): string | undefined {
  const last = runs.findLast(
    (run) => (run.kind === 'upgrade' || run.kind === 'rollback') && hasTouched(run, node),
  )
  const part = last === undefined ? undefined : partOf(last, node)
  if (last === undefined || part === undefined) return undefined
  const { to } = last.title.parameters
  const from =
    last.verdict.find((row) => row.fact === 'talos' && row.node === node)?.before ??
    last.title.parameters['from']
  const other = isProven(part) || part.outcome === 'not-ready' ? from : part.outcome === 'fell-back' ? to : ''
  return other !== undefined && lineOf(other) !== undefined ? other : undefined
}

/** Parts of upgrades that wrote an image beside what ran on the node, oldest first. */
export function installs(past: readonly Run[], node: string): readonly NodePart[] {
  return past
    .filter(({ kind }) => kind === 'upgrade')
    .flatMap((run) => nodePart(run, node) ?? [])
    .filter(({ steps }) => steps.some(({ name, state }) => name === 'install' && state === 'done'))
}

function isProven({ outcome }: Pick<Run, 'outcome'>): boolean {
  return outcome === 'proven' || outcome === 'proven-with-differences'
}

/** Refused and stopped-in-time runs leave the slots as they were. */
export function hasTouched(run: Run, node: string): boolean {
  const part = partOf(run, node)
  if (part === undefined || part.outcome === 'refused' || part.outcome === 'refused-after-drain') return false
  const own = run.steps.filter((step) => run.nodes === undefined || step.node === node)
  return own.some(({ name, state }) => (name === 'install' || name === 'rollback') && state !== 'skipped')
}
