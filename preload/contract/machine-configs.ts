import { z } from 'zod'
import { method } from './define.ts'
import { MigrationBlockId } from './migrations.ts'
import { Instant, NodeRef, Nothing, RunId } from './names.ts'
import { RunOutcome } from './runs.ts'
import { ErrorCode, TextPosition } from './wire-error.ts'

/** Version of the schema to edit with: `v1.13`. Nodes newer than any we know get the newest, with a note. */
export const SchemaVersion = z.string().regex(/^v\d+\.\d+(-dev)?$/)

/**
 * A MachineConfig with every secret replaced by a placeholder such as `«secret:machine.token»`.
 * `hash` names the text as the node has it (before redaction), so a later apply can tell whether it moved.
 */
export const RedactedConfig = z.object({
  text: z.string(),
  hash: z.string(),
  resourceVersion: z.string(),
  readAt: Instant,
  secrets: z.number().int(),
})
export type RedactedConfig = z.infer<typeof RedactedConfig>

export const Draft = z.object({ text: z.string(), baseHash: z.string(), savedAt: Instant })
export type Draft = z.infer<typeof Draft>

export const ConfigForEditing = z.object({
  active: RedactedConfig,
  /** Present when the config on disk is not the active one: something is staged for the next reboot. */
  persistent: RedactedConfig.optional(),
  draft: Draft.optional(),
  talosVersion: z.string(),
  schemaVersion: SchemaVersion,
  schemaNote: z.string().optional(),
  tryPendingUntil: Instant.optional(),
})
export type ConfigForEditing = z.infer<typeof ConfigForEditing>

/**
 * What a change costs on the node's version (behaviour.md §4.2). `at-reboot` on a node that does not reboot by
 * itself means: nothing happens until someone reboots it.
 */
export const Effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('live') }),
  z.object({ kind: z.literal('restarts'), service: z.string() }),
  z.object({ kind: z.literal('reboot') }),
  z.object({ kind: z.literal('at-reboot') }),
  z.object({ kind: z.literal('none'), why: z.enum(['install-only', 'inert', 'comment']) }),
  z.object({ kind: z.literal('rejected') }),
  z.object({ kind: z.literal('unknown') }),
])
export type Effect = z.infer<typeof Effect>

export const RiskCode = z.enum([
  'touches-connection',
  'touches-network',
  'renames-node',
  'cluster-identity',
  'machine-type',
  'cert-sans',
  'removes-user-volume',
  'removes-document',
  'mixed-with-legacy',
  'newer-than-other-slot',
  'kubernetes-version',
  'etcd',
  'secret-changed',
  'hostname-twice',
  'even-control-planes',
  'disk-none', // a disk selector or path that fits no disk of this node
  'disk-many', // one that fits more than one
  'selector-invalid', // a CEL expression that the node cannot evaluate
  'link-missing', // a link this node does not have and the draft does not make
  'link-many', // an alias or a device selector that fits more than one link
])
export type RiskCode = z.infer<typeof RiskCode>

/**
 * `decide`: to be ticked; `note`: good to know; `unknown`: the fact that would tell could not be read from the node.
 * `about`: what was found: `sda, sdb`. `because`: why the fact could not be read, where reading it failed.
 */
export const ChangeRisk = z.object({
  code: RiskCode,
  level: z.enum(['decide', 'note', 'unknown']),
  about: z.string().optional(),
  because: ErrorCode.optional(),
})
export type ChangeRisk = z.infer<typeof ChangeRisk>

/** Before or after in one cell. A secret never crosses: only that it is one, and whether it differs. */
export const CellValue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absent') }),
  z.object({ kind: z.literal('value'), text: z.string() }),
  z.object({ kind: z.literal('secret'), differs: z.boolean() }),
  z.object({ kind: z.literal('moved'), position: z.number().int() }),
])
export type CellValue = z.infer<typeof CellValue>

export const ChangeRow = z.object({
  id: z.string(),
  /** Path inside the document, as people write it: `kubelet.extraArgs.rotate-server-certificates`, `interfaces[enp3s0].mtu`. */
  path: z.string(),
  before: CellValue,
  after: CellValue,
  beforeAt: TextPosition.optional(),
  afterAt: TextPosition.optional(),
  effect: Effect,
  risks: z.array(ChangeRisk),
})
export type ChangeRow = z.infer<typeof ChangeRow>

export const ChangeGroup = z.object({
  /** `v1alpha1` for the legacy document, else the kind. */
  kind: z.string(),
  /** The document's `name`, where it has one. */
  name: z.string().optional(),
  /** `machine.kubelet`: the part of the path that all rows share, shown once in the group's head. */
  section: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  afterAt: TextPosition.optional(),
  rows: z.array(ChangeRow),
})
export type ChangeGroup = z.infer<typeof ChangeGroup>

export const ChangeTable = z.object({
  groups: z.array(ChangeGroup),
  counts: z.object({
    all: z.number().int(),
    live: z.number().int(),
    restarts: z.number().int(),
    reboot: z.number().int(),
    none: z.number().int(),
    rejected: z.number().int(),
    /** Effect or risk could not be told. */
    unknown: z.number().int(),
    risk: z.number().int(),
  }),
  linesAdded: z.number().int(),
  linesRemoved: z.number().int(),
})
export type ChangeTable = z.infer<typeof ChangeTable>

export const Problem = z.object({
  severity: z.enum(['error', 'warning', 'hint']),
  code: z.string(),
  message: z.string(),
  from: TextPosition,
  to: TextPosition,
  /** `LinkConfig enp3s0` */
  document: z.string().optional(),
  path: z.string().optional(),
  /** A mend that is mechanical: replace the range by this text. */
  fix: z.object({ title: z.string(), text: z.string() }).optional(),
  /** A mend by `migrations.migrate`: the block to move, and the documents it goes to; none where it only drops. */
  move: z.object({ block: MigrationBlockId, documents: z.array(z.string()) }).optional(),
})
export type Problem = z.infer<typeof Problem>

export const ApplyMode = z.enum(['auto', 'no-reboot', 'reboot', 'staged', 'try'])
export type ApplyMode = z.infer<typeof ApplyMode>

/** One way to send it. Refused ones stay in the list with their reason. */
export const ModeChoice = z.object({
  mode: ApplyMode,
  offered: z.boolean(),
  /** Why it is refused here, or what follows from it; a key of the catalogue with its parameters. */
  reason: z.enum([
    'fits',
    'fits-network',
    'reverts-unless-kept',
    'applied-at-once',
    'reboots-the-node',
    'stored-for-next-reboot',
    'refused-since-1-14',
    'refused-needs-reboot',
    'auto-reboots',
    'auto-never-reboots',
    'try-pending',
  ]),
})
export type ModeChoice = z.infer<typeof ModeChoice>

/** What no tick lets through. `fields`: where the draft says so, as documents and paths. */
export const ReviewStop = z.object({ code: z.enum(['other-cluster']), fields: z.array(z.string()) })
export type ReviewStop = z.infer<typeof ReviewStop>

export const Review = z.object({
  reviewId: z.string(),
  table: ChangeTable,
  /** Both sides redacted; for the side-by-side view. */
  beforeText: z.string(),
  afterText: z.string(),
  problems: z.array(Problem),
  modes: z.array(ModeChoice),
  preselected: ApplyMode,
  /** Against which config of the node this was computed; an apply is refused when it has moved. */
  baseHash: z.string(),
  computedAt: Instant,
  tookMs: z.number(),
  talosctl: z.record(ApplyMode, z.string()),
  stops: z.array(ReviewStop),
  /** Removed documents or risks the person has to tick before sending. */
  toAccept: z.array(z.object({ id: z.string(), risk: RiskCode, subject: z.string() })),
})
export type Review = z.infer<typeof Review>

export const DryRun = z.object({
  /** The node's own sentence, without the diff; redacted. */
  summary: z.string(),
  diff: z.string(),
  linesAdded: z.number().int(),
  linesRemoved: z.number().int(),
  /** Mode the node resolved to; `auto` comes back as what it would do. */
  mode: ApplyMode,
  /** Whether the node's count of changed lines is ours, comments aside. */
  agrees: z.boolean(),
  /** What our table says the node does with this mode. */
  expected: z.enum(['no-reboot', 'reboot', 'staged', 'refused', 'unknown']),
  /** Whether the node would do what our table says; true where our table does not know. */
  effectAgrees: z.boolean(),
})
export type DryRun = z.infer<typeof DryRun>

export const HistoryEntry = z.object({
  hash: z.string(),
  at: Instant,
  why: z.enum(['read', 'before-apply', 'applied', 'tried', 'staged', 'reverted']),
  who: z.string(),
  runId: RunId.optional(),
  /** How that run ended; absent while it goes, and for what was only read. */
  outcome: RunOutcome.optional(),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

export const machineConfigsContract = {
  'machine-configs.read': method(NodeRef, ConfigForEditing),
  /** JSON schema (draft 2020-12) of a Talos line, its root rewritten to branch by `kind`. */
  'machine-configs.schema': method(
    z.object({ version: SchemaVersion }),
    z.object({ schema: z.record(z.string(), z.unknown()) }),
  ),
  'machine-configs.save-draft': method(
    NodeRef.extend({ text: z.string().max(8_000_000), baseHash: z.string() }),
    Draft,
  ),
  'machine-configs.discard-draft': method(NodeRef, Nothing),
  /** Syntax, placeholders, documents; no schema (the editor does that). Cheap enough for every pause in typing. */
  'machine-configs.problems': method(
    NodeRef.extend({ text: z.string().max(8_000_000) }),
    z.object({ problems: z.array(Problem) }),
  ),
  'machine-configs.review': method(NodeRef.extend({ text: z.string().max(8_000_000) }), Review),
  'machine-configs.dry-run': method(NodeRef.extend({ reviewId: z.string(), mode: ApplyMode }), DryRun),
  'machine-configs.apply': method(
    NodeRef.extend({
      reviewId: z.string(),
      mode: ApplyMode,
      trySeconds: z.number().int().min(60).max(600).optional(),
      accepted: z.array(z.string()),
    }),
    z.object({ runId: RunId }),
  ),
  /** During a try: keep re-applies the same bytes, revert lets the node go back now. */
  'machine-configs.keep': method(z.object({ runId: RunId }), Nothing),
  'machine-configs.revert': method(z.object({ runId: RunId }), Nothing),
  /** One field, one click; the renderer hides it again after 10 s. `placeholder` with its marks. */
  'machine-configs.reveal': method(
    NodeRef.extend({ placeholder: z.string().max(500) }),
    z.object({ value: z.string() }),
  ),
  'machine-configs.history': method(NodeRef, z.object({ entries: z.array(HistoryEntry) })),
  'machine-configs.history-text': method(
    NodeRef.extend({ hash: z.string() }),
    z.object({ text: z.string() }),
  ),
} as const
