import { isInLines, minorOf } from '../config-facts.ts'

/** What the merge of a field does that the general rule does not. Meanings: note of resources/config-patches/merge-rules.json. */
export type MergeRuleName =
  | 'replace'
  | 'keyed'
  | 'keyed-replace'
  | 'args'
  | 'number'
  | 'pointer'
  | 'pem'
  | 'bytes'
  | 'map'
  | 'any'
  | 'struct'

/** `path` is dotted; `[]` any element of a list, `*` any key. `since` and `until` are lines, both included. */
export interface MergeRule {
  readonly document: string
  readonly path: string
  readonly rule: MergeRuleName
  readonly keys?: readonly string[]
  readonly since?: string
  readonly until?: string
}

/** Keys on the way from the document's root; a list's key ends in `[]` once one of its elements is meant. */
export type RulePath = readonly string[]

export interface MergeRules {
  find(document: string, path: RulePath): Pick<MergeRule, 'rule' | 'keys'> | undefined
  /** Whether the field lies in a part whose shape Talos does not know. */
  isFree(document: string, path: RulePath): boolean
}

interface Pattern {
  readonly steps: readonly string[]
  readonly rule: MergeRule
}

/** The rules of one Talos line. A version that cannot be read, or is newer than any known, gets the newest line's. */
export function createMergeRules(rows: readonly MergeRule[], talosVersion: string): MergeRules {
  const minor = minorOf(talosVersion)
  const version = minor === undefined || minor > 14 ? '1.14' : talosVersion
  const patterns = new Map<string, Pattern[]>()
  for (const rule of rows) {
    if (!isInLines(version, rule.since, rule.until)) continue
    const of = patterns.get(rule.document) ?? []
    of.push({ steps: rule.path.split('.'), rule })
    patterns.set(rule.document, of)
  }
  function find(document: string, path: RulePath): MergeRule | undefined {
    return patterns.get(document)?.find(({ steps }) => fits(steps, path))?.rule
  }
  return {
    find,
    isFree: (document, path) =>
      path.some((_, index) => find(document, path.slice(0, index + 1))?.rule === 'any'),
  }
}

function fits(steps: readonly string[], path: RulePath): boolean {
  return steps.length === path.length && steps.every((step, index) => step === '*' || step === path[index])
}
