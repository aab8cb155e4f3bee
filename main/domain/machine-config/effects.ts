import type { Effect } from '#contract/machine-configs.ts'
import { isInLines, minorOf, type ConfigFacts, type EffectRow } from './config-facts.ts'
import type { DocumentChange } from './change-table.ts'
import type { LeafChange, Step } from './diff-trees.ts'
import { LEGACY, type Identity } from './parse-config.ts'

export interface Cost {
  readonly effect: Effect
  /** It can cut the node off from the network. */
  readonly network: boolean
}

/** Reads the table of resources/config-effects/effects.json for one Talos version. */
export function createEffects(
  facts: Pick<ConfigFacts, 'effects' | 'kinds'>,
  talosVersion: string,
): (change: DocumentChange, leaf: LeafChange | undefined) => Cost {
  const rows = facts.effects
    .filter((row) => isInLines(talosVersion, row.since, row.until))
    .map((row) => ({ row, steps: stepsOf(row.path) }))
    .sort((a, b) => rank(b.row, b.steps.length) - rank(a.row, a.steps.length))
  const minor = minorOf(talosVersion)

  return (change, leaf) => {
    const { identity } = change
    if (leaf === undefined) return { effect: { kind: 'none', why: 'comment' }, network: false }
    if (minor === undefined) return { effect: { kind: 'unknown' }, network: false }
    if (identity.kind !== LEGACY && change.change !== 'removed') {
      const kind = facts.kinds.find((k) => k.kind === identity.kind)
      if (kind === undefined || minor < (minorOf(kind.since) ?? 0)) {
        return { effect: { kind: 'rejected' }, network: false }
      }
    }
    const how =
      leaf.kind === 'moved'
        ? 'changed'
        : leaf.before === undefined
          ? 'added'
          : leaf.after === undefined
            ? 'removed'
            : 'changed'
    const match = rows.find(
      ({ row, steps }) =>
        (row.document === identity.kind || (row.document === '*' && identity.kind !== LEGACY)) &&
        (row.when === undefined || row.when.includes(how)) &&
        isPrefix(steps, leaf.path),
    )?.row
    if (match === undefined) return { effect: { kind: 'unknown' }, network: false }
    return { effect: named(match.effect, identity), network: match.network === true }
  }
}

function rank(row: EffectRow, length: number): number {
  return length * 4 + (row.when === undefined ? 0 : 2) + (row.document === '*' ? 0 : 1)
}

function stepsOf(path: string): readonly string[] {
  if (path === '') return []
  return path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]))
}

function isPrefix(steps: readonly string[], path: readonly Step[]): boolean {
  return steps.every((step, index) => {
    const here = path[index]
    return typeof here === 'string' ? step === '*' || step === here : here !== undefined && step === '[]'
  })
}

function named(effect: Effect, identity: Identity): Effect {
  if (effect.kind !== 'restarts') return effect
  return { kind: 'restarts', service: effect.service.replace('{name}', identity.name ?? '') }
}
