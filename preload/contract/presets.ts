import { z } from 'zod'
import { method } from './define.ts'
import { NodeRef } from './names.ts'
import { DraftText, PatchedDraft } from './patches.ts'

export const PresetId = z.enum([
  'static-address',
  'vip',
  'bond',
  'vlan',
  'dns-ntp',
  'registry-mirror',
  'kubelet-mounts',
  'labels-taints',
  'sysctls',
  'schedule-control-planes',
  'user-volume',
  'longhorn',
  'kubeprism',
  'kubespan',
  'disk-encryption',
  'watchdog',
])
export type PresetId = z.infer<typeof PresetId>

export const PresetFieldId = z.enum([
  'link',
  'addresses',
  'gateway',
  'mtu',
  'dhcp',
  'address',
  'name',
  'links',
  'mode',
  'parent',
  'vlan',
  'keepDhcp',
  'nameservers',
  'ntp',
  'registry',
  'endpoints',
  'overridePath',
  'skipFallback',
  'enabled',
  'advertise',
  'bypass',
  'source',
  'destination',
  'readOnly',
  'labels',
  'taints',
  'allow',
  'port',
  'disk',
  'minSize',
  'maxSize',
  'grow',
  'filesystem',
  'where',
  'path',
  'v2',
  'volume',
  'key',
  'passphrase',
  'lockToState',
  'params',
  'device',
  'timeout',
])
export type PresetFieldId = z.infer<typeof PresetFieldId>

/** Something to choose, with what the node says of it: `/dev/sda`, `1.0 TB · WDC WD10`. */
export const PresetChoice = z.object({ value: z.string(), detail: z.string().optional() })
export type PresetChoice = z.infer<typeof PresetChoice>

/** `list`: one entry per line; `pairs`: `key=value` per line. Choices are proposals unless `closed`. */
export const PresetField = z.object({
  id: PresetFieldId,
  kind: z.enum(['text', 'number', 'switch', 'choice', 'list', 'pairs']),
  required: z.boolean(),
  value: z.string(),
  choices: z.array(PresetChoice),
  closed: z.boolean(),
  /** An example in the field while it is empty. */
  hint: z.string().optional(),
  /** Values of the field `where` that it is asked for; absent: always. */
  askedFor: z.array(z.string()).optional(),
})
export type PresetField = z.infer<typeof PresetField>

/** What the person should know before: each is a sentence of the catalogue with its parameters. */
export const PresetNote = z.object({
  code: z.enum([
    'touches-network',
    'first-network-document',
    'no-live-links',
    'no-live-disks',
    'wipes-nothing',
    'only-new-volumes',
    'needs-discovery',
    'has-extension',
    'lacks-extension',
    'extensions-unknown',
    'namespace-label',
    'noexec-beta',
    'data-on-ephemeral',
    'data-path',
    'restart-for-modules',
    'hugepages',
  ]),
  level: z.enum(['info', 'good', 'warn']),
  parameters: z.record(z.string(), z.string()),
})
export type PresetNote = z.infer<typeof PresetNote>

export const Preset = z.object({ id: PresetId, fields: z.array(PresetField), notes: z.array(PresetNote) })
export type Preset = z.infer<typeof Preset>

/** What is wrong with a field's value. */
export const FieldProblem = z.object({
  field: z.string(),
  code: z.enum([
    'missing',
    'not-an-address',
    'not-a-prefix',
    'not-a-number',
    'not-a-name',
    'not-a-url',
    'not-a-pair',
    'not-a-path',
    'not-a-size',
    'not-a-choice',
    'too-few',
    'taken',
  ]),
})
export type FieldProblem = z.infer<typeof FieldProblem>

export const presetsContract = {
  /** The presets that this node's version and role take, with what the node has to choose from. */
  'presets.list': method(NodeRef.extend({ text: DraftText }), z.object({ presets: z.array(Preset) })),
  /** The patch that a form makes and the draft with it. With problems there is neither. */
  'presets.fill': method(
    NodeRef.extend({
      text: DraftText,
      preset: PresetId,
      values: z.record(z.string(), z.string().max(20_000)),
    }),
    z.object({
      problems: z.array(FieldProblem),
      patch: z.string().optional(),
      draft: PatchedDraft.optional(),
      notes: z.array(PresetNote),
    }),
  ),
} as const
