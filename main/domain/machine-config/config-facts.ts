import type { Effect } from '#contract/machine-configs.ts'

/** A document kind and the Talos lines that know it. `since` is a line: `1.12`. Source: resources/config-effects/kinds.json. */
export interface KindFacts {
  readonly kind: string
  readonly since: string
  readonly named: boolean
  /** Kinds that may not carry the same name beside it. */
  readonly conflictsWith: readonly string[]
  /** Paths of the legacy document that this kind replaces. */
  readonly replaces: readonly string[]
  /** From this line on, having both is refused by the node; absent: the document wins or nobody checks. */
  readonly exclusiveSince?: string
  /** The legacy paths it may not stand beside, where they are not just those it replaces. */
  readonly excludes?: readonly string[]
}

/**
 * Where a secret stands. `path` is dotted; `[]` any element of a list, `*` any key, `**` any depth. `query`: only the
 * value of that query parameter inside a URL. Source: behaviour.md §4.7 and the schemas of each line.
 */
export interface SecretPath {
  readonly document: string
  readonly path: string
  readonly query?: string
}

/** What a change of the values below `path` costs on Talos lines `since` to `until`, both included. */
export interface EffectRow {
  readonly document: string
  /** Empty for the whole document. `*` and `[]` as in `SecretPath`. */
  readonly path: string
  readonly since?: string
  readonly until?: string
  /** Only when the value was added, removed or changed; absent: whichever. */
  readonly when?: readonly ('added' | 'removed' | 'changed')[]
  readonly effect: Effect
  /** The change can cut the node off from the network, so a confirmed try is proposed for it. */
  readonly network?: boolean
  readonly source: string
}

/** The data tables of resources/config-effects. */
export interface ConfigFacts {
  readonly kinds: readonly KindFacts[]
  readonly secrets: readonly SecretPath[]
  readonly effects: readonly EffectRow[]
}

/** Minor of a 1.x version or line: `v1.13.9`, `1.13` and `v1.15-dev` give 13, 13 and 15. Unreadable texts give `undefined`. */
export function minorOf(version: string): number | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(version)
  if (match === null) return undefined
  // No Talos 2 exists; when it does, it is newer than any line we know.
  return match[1] === '1' ? Number(match[2]) : Number(match[1]) * 1000
}

/** True when `version` lies within the lines given; an open end is open. */
export function isInLines(version: string, since: string | undefined, until: string | undefined): boolean {
  const minor = minorOf(version)
  if (minor === undefined) return false
  if (since !== undefined && minor < (minorOf(since) ?? 0)) return false
  return until === undefined || minor <= (minorOf(until) ?? 0)
}
