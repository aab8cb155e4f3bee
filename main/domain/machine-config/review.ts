import type { ChangeRisk, Problem, Review } from '#contract/machine-configs.ts'
import { TalosFailure } from '../talos-failure.ts'
import { changeTable, diffConfigs, type DocumentChange, type RedactedSide } from './change-table.ts'
import type { ConfigFacts } from './config-facts.ts'
import type { LeafChange } from './diff-trees.ts'
import { createEffects } from './effects.ts'
import { chooseModes } from './modes.ts'
import { LEGACY, parseConfig, type ParsedConfig } from './parse-config.ts'
import { restoreText, type Vault } from './placeholders.ts'
import { findProblems } from './problems.ts'
import { redactConfig } from './redact.ts'
import type { NodeFacts } from './node-facts.ts'
import { otherCluster } from './other-cluster.ts'
import { createRisks, isRefusedFor, toAcceptOf } from './risks.ts'

/** A configuration as the node has it, with the form in which it may be shown. */
export interface KnownConfig extends RedactedSide {
  /** With its secrets. Never leaves the main process. */
  readonly real: string
  /** How many fields are secret. */
  readonly secrets: number
  /** Its parts in redacted form: known to be YAML. */
  trusted(): ReadonlySet<string>
}

/** Reads a node's configuration. Throws `config-syntax` for a text that is not YAML. */
export function knowConfig(real: string, facts: Pick<ConfigFacts, 'secrets'>, alsoHide?: Vault): KnownConfig {
  const { text, vault, secrets } = redactConfig(parseConfig(real), facts.secrets, alsoHide)
  const config = parseConfig(text)
  let trusted: ReadonlySet<string> | undefined
  return {
    real,
    config,
    vault,
    secrets,
    trusted: () => (trusted ??= new Set(config.documents.flatMap((document) => document.parts()))),
  }
}

/** What is wrong with a draft, as typed: with placeholders, perhaps half written. Never throws. */
export function problemsOf(
  typed: string | ParsedConfig,
  base: KnownConfig,
  facts: Pick<ConfigFacts, 'kinds'>,
  talosVersion: string,
): readonly Problem[] {
  return findProblems(typeof typed === 'string' ? parseConfig(typed) : typed, {
    kinds: facts.kinds,
    talosVersion,
    vault: base.vault,
    trusted: base.trusted(),
  })
}

/**
 * Puts the secrets back into a draft. Throws `config-syntax`, `config-placeholder-unresolved` or
 * `config-missing-v1alpha1`, each at its line.
 */
export function readDraft(
  typed: string,
  base: KnownConfig,
  facts: Pick<ConfigFacts, 'secrets'>,
): KnownConfig {
  const { text: real, unresolved } = restoreText(typed, base.vault)
  const draft = parseConfig(typed)
  const missing = unresolved[0]
  if (missing !== undefined) {
    const message = `The placeholder ${missing.name} stands for no secret of this node.`
    throw new TalosFailure('config-placeholder-unresolved', message, { at: draft.positionAt(missing.from) })
  }
  if (draft.documents.length === 0) {
    throw new TalosFailure('config-syntax', 'The configuration is empty.', { at: { line: 1, column: 1 } })
  }
  requireSyntax(draft, base.trusted())
  if (!draft.documents.some((document) => document.identity().kind === LEGACY)) {
    const message = 'The v1alpha1 document is missing: every apply sends the whole configuration.'
    throw new TalosFailure('config-missing-v1alpha1', message, { at: { line: 1, column: 1 } })
  }
  return knowConfig(real, facts, base.vault)
}

function requireSyntax(config: ParsedConfig, trusted: ReadonlySet<string>): void {
  for (const document of config.documents) {
    const error = document.errors(trusted)[0]
    if (error === undefined) continue
    const at = config.positionAt(error.from)
    throw new TalosFailure('config-syntax', `The configuration is not valid YAML at line ${at.line}.`, { at })
  }
}

export type ReviewParts = Pick<
  Review,
  'table' | 'beforeText' | 'afterText' | 'problems' | 'modes' | 'preselected' | 'stops' | 'toAccept'
>

export interface ReviewQuestion {
  readonly base: KnownConfig
  readonly draft: KnownConfig
  readonly facts: ConfigFacts
  readonly node: NodeFacts
  readonly tryPending: boolean
}

/** Everything a review says that follows from the two texts and the node. */
export function reviewDraft(question: ReviewQuestion): ReviewParts {
  const { base, draft, facts, node } = question
  const changes = diffConfigs(base, draft)
  const costOf = createEffects(facts, node.talosVersion)
  const risksOf = createRisks({ facts: node, kinds: facts.kinds, before: base.config, after: draft.config })
  const risks = new Map<DocumentChange, ChangeRisk[][]>()
  let needsReboot = false
  let touchesNetwork = false

  function judge(change: DocumentChange, leaf: LeafChange | undefined): ReturnType<typeof judged> {
    const row = judged(change, leaf)
    const rows = risks.get(change)
    if (rows === undefined) risks.set(change, [row.risks])
    else rows.push(row.risks)
    return row
  }
  function judged(change: DocumentChange, leaf: LeafChange | undefined) {
    const cost = costOf(change, leaf)
    const found = [...risksOf(change, leaf, cost.network)]
    const refused = isRefusedFor(found, leaf, node.talosVersion)
    const effect = refused ? ({ kind: 'rejected' } as const) : cost.effect
    if (effect.kind === 'reboot') needsReboot = true
    if (cost.network) touchesNetwork = true
    return { effect, risks: found }
  }

  const table = changeTable(changes, base, draft, judge)
  const stop = otherCluster(base, draft)
  const { modes, preselected } = chooseModes({
    talosVersion: node.talosVersion,
    needsReboot,
    touchesNetwork,
    tryPending: question.tryPending,
  })
  return {
    table,
    beforeText: base.config.text,
    afterText: draft.config.text,
    problems: [
      ...findProblems(draft.config, {
        kinds: facts.kinds,
        talosVersion: node.talosVersion,
        vault: draft.vault,
        trusted: base.trusted(),
      }),
    ],
    modes: [...modes],
    preselected,
    stops: stop === undefined ? [] : [stop],
    toAccept: changes.flatMap((change) => toAcceptOf(change, risks.get(change) ?? [])),
  }
}
