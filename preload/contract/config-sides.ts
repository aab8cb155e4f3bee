import { z } from 'zod'
import { method } from './define.ts'
import { CellValue, ChangeTable, Draft } from './machine-configs.ts'
import { ContextName, Instant, NodeAddress, NodeRef } from './names.ts'
import { NodeRole } from './nodes.ts'

const CONFIG_TEXT = z.string().max(8_000_000)

/** One of the two configurations of a comparison. A file crosses as its bytes, so that main says what it is. */
export const ConfigSide = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('active'), node: NodeAddress }),
  /** What the disk has; the active one where they are the same. */
  z.object({ kind: z.literal('persistent'), node: NodeAddress }),
  z.object({ kind: z.literal('draft'), node: NodeAddress }),
  z.object({ kind: z.literal('history'), node: NodeAddress, hash: z.string().max(64) }),
  z.object({ kind: z.literal('file'), name: z.string().max(400), base64: z.string().max(12_000_000) }),
])
export type ConfigSide = z.infer<typeof ConfigSide>

/** What is known of a side beside its text. */
export const ConfigSideHead = z.object({
  hostname: z.string().optional(),
  role: NodeRole.optional(),
  talosVersion: z.string().optional(),
  /** When it was read, kept or saved. */
  at: Instant.optional(),
  lines: z.number().int(),
  documents: z.number().int(),
  secrets: z.number().int(),
})
export type ConfigSideHead = z.infer<typeof ConfigSideHead>

/** Why a difference between two nodes is expected. */
export const FoldedWhy = z.enum(['hostname', 'address', 'disk'])
export type FoldedWhy = z.infer<typeof FoldedWhy>

export const ConfigComparison = z.object({
  before: ConfigSideHead,
  after: ConfigSideHead,
  /** What it would cost the first side's node to become the second. */
  table: ChangeTable,
  /** Both redacted. */
  beforeText: z.string(),
  afterText: z.string(),
  /** Rows of the table in which two nodes are meant to differ; empty unless the sides are of two nodes. */
  folded: z.array(z.object({ id: z.string(), why: FoldedWhy })),
})
export type ConfigComparison = z.infer<typeof ConfigComparison>

export const MergeChoice = z.enum(['yours', 'theirs', 'both'])
export type MergeChoice = z.infer<typeof MergeChoice>

/** One spot where the node's configuration moved under a draft, or the draft moved away from it. */
export const MergeRow = z.object({
  id: z.string(),
  /** `v1alpha1`, `LinkConfig enp3s0` */
  document: z.string(),
  /** Empty for a whole document. */
  path: z.string(),
  base: CellValue,
  theirs: CellValue,
  yours: CellValue,
  /** Who changed it: only you, only they, both to the same, or each to something else. */
  state: z.enum(['yours', 'theirs', 'same', 'conflict']),
  /** Empty where there is nothing to choose. */
  choices: z.array(MergeChoice),
  /** What is taken unless the person says otherwise; absent for a conflict, which has to be decided. */
  proposed: MergeChoice.optional(),
})
export type MergeRow = z.infer<typeof MergeRow>

export const MergeTable = z.object({
  rows: z.array(MergeRow),
  /** When what the draft began from was read. */
  baseAt: Instant.optional(),
  /** What the node has now; the choices are made against it. */
  nowHash: z.string(),
  conflicts: z.number().int(),
})
export type MergeTable = z.infer<typeof MergeTable>

/** Configurations beside each other: two of any kind, and the three of a draft whose node moved on. */
export const configSidesContract = {
  'machine-configs.compare': method(
    z.object({ context: ContextName, before: ConfigSide, after: ConfigSide }),
    ConfigComparison,
  ),
  /** The draft, what it was based on and what the node has now. Throws `not-found` when the base was never kept. */
  'machine-configs.merge': method(NodeRef.extend({ text: CONFIG_TEXT, baseHash: z.string() }), MergeTable),
  /** Makes the choices and keeps the result as the draft, based on what the node has now. Throws `config-moved`. */
  'machine-configs.save-merged': method(
    NodeRef.extend({
      text: CONFIG_TEXT,
      baseHash: z.string(),
      nowHash: z.string(),
      choices: z.array(z.object({ id: z.string(), take: MergeChoice })).max(20_000),
    }),
    z.object({
      draft: Draft,
      /** Ids of rows that could not be written by themselves: they stay as the person has them. */
      missed: z.array(z.string()),
    }),
  ),
  /**
   * A configuration of the history as a draft's text: a secret that the node has another one of now gets a placeholder
   * of its own, which an apply resolves from the history.
   */
  'machine-configs.restore': method(
    NodeRef.extend({ hash: z.string().max(64) }),
    z.object({ text: z.string(), otherSecrets: z.number().int() }),
  ),
} as const
