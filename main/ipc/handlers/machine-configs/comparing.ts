import type { ConfigSide, ConfigSideHead } from '#contract/config-sides.ts'
import type { ContextName, NodeRef } from '#contract/names.ts'
import { LEGACY } from '../../../domain/machine-config/parse-config.ts'
import { perNodeRows } from '../../../domain/machine-config/per-node-fields.ts'
import {
  knowConfig,
  readDraft,
  reviewDraft,
  type KnownConfig,
} from '../../../domain/machine-config/review.ts'
import type { NodeFacts } from '../../../domain/machine-config/node-facts.ts'
import { TalosFailure, isFailure } from '../../../domain/talos-failure.ts'
import { unknown } from '../../../domain/upgrades/known.ts'
import type { MethodHandler } from '../../handlers.ts'
import type { ConfigDesk, MachineConfigHandlers } from './desk.ts'
import { draftBase, factsIfThere } from './reviewing.ts'

interface ReadSide {
  readonly config: KnownConfig
  readonly head: ConfigSideHead
  readonly node?: NodeFacts
}

/** More characters than any configuration has. */
const MOST_CHARACTERS = 8_000_000

/** Any two configurations beside each other, in the table of the review. Nothing is sent to any node. */
export function createComparingHandlers(
  desk: ConfigDesk,
): Pick<MachineConfigHandlers, 'machine-configs.compare'> {
  const { nodes, drafts, history, schemas, clock } = desk

  async function readSide(context: ContextName, side: ConfigSide, signal: AbortSignal): Promise<ReadSide> {
    if (side.kind === 'file') return readFile(side.name, side.base64)
    const ref: NodeRef = { context, node: side.node }
    const facts = await schemas.facts()
    switch (side.kind) {
      case 'active':
      case 'persistent': {
        const known = await nodes.read(ref, signal)
        const config = side.kind === 'persistent' ? (known.staged ?? known.active) : known.active
        return withNode(ref, config, new Date(clock.now()).toISOString(), signal)
      }
      case 'draft': {
        const [known, draft] = await Promise.all([nodes.recent(ref, signal), drafts.load(ref)])
        if (draft === undefined) {
          throw new TalosFailure('not-found', 'This node has no draft on this computer.', { node: ref.node })
        }
        const base = await draftBase(desk, ref, known, draft.text)
        return withNode(ref, readDraft(draft.text, base, facts), draft.savedAt, signal)
      }
      case 'history': {
        const [text, entries] = await Promise.all([history.text(ref, side.hash), history.list(ref)])
        if (text === undefined) {
          throw new TalosFailure('not-found', 'The history has no configuration of that hash.', {
            node: ref.node,
          })
        }
        const at = entries.find(({ hash }) => hash === side.hash)?.at
        return withNode(ref, knowConfig(text, facts), at, signal)
      }
    }
  }

  async function withNode(
    ref: NodeRef,
    config: KnownConfig,
    at: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadSide> {
    const found = await factsIfThere(desk, ref, signal)
    if (found === undefined) return { config, head: headOf(config, { at }) }
    const { facts } = found
    const head = headOf(config, { at, ...facts })
    return { config, head, node: facts }
  }

  async function readFile(name: string, base64: string): Promise<ReadSide> {
    const facts = await schemas.facts()
    const bytes = Buffer.from(base64, 'base64')
    let text: string
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw new TalosFailure('config-not-text', `${name} is not text: it holds bytes that are no UTF-8.`)
    }
    if (text.includes('\u0000')) {
      throw new TalosFailure('config-not-text', `${name} is not text: it holds zero bytes.`)
    }
    if (text.length > MOST_CHARACTERS) {
      throw new TalosFailure('too-large', `${name} is larger than any configuration.`)
    }
    const config = knowFile(text, name, () => knowConfig(text, facts))
    const known = new Set([LEGACY, ...facts.kinds.map(({ kind }) => kind)])
    if (!config.config.documents.some((document) => known.has(document.identity().kind))) {
      throw new TalosFailure('config-foreign', `Nothing in ${name} is a document of a Talos configuration.`)
    }
    return { config, head: headOf(config, {}) }
  }

  const compare: MethodHandler<'machine-configs.compare'> = async ({ context, before, after }, signal) => {
    const [a, b, facts] = await Promise.all([
      readSide(context, before, signal),
      readSide(context, after, signal),
      schemas.facts(),
    ])
    // Where neither side's node tells its version, no effect is guessed.
    const node = a.node ?? b.node ?? nowhere('No node of this comparison answers.')
    const { table, beforeText, afterText } = reviewDraft({
      base: a.config,
      draft: b.config,
      facts,
      node,
      tryPending: false,
    })
    const areTwo = before.kind === 'file' || after.kind === 'file' || before.node !== after.node
    return {
      before: a.head,
      after: b.head,
      table,
      beforeText,
      afterText,
      folded: areTwo ? [...perNodeRows(table.groups)] : [],
    }
  }

  return { 'machine-configs.compare': compare }
}

/** Facts of no node: whatever depends on one stays unknown. */
function nowhere(why: string): NodeFacts {
  const none = unknown(why)
  return { talosVersion: '', connectionLink: none, disks: none, links: none, controlPlanes: none }
}

/** The first place that is no YAML is the file's, not a draft's. */
function knowFile(text: string, name: string, know: () => KnownConfig): KnownConfig {
  try {
    return know()
  } catch (error) {
    if (!isFailure(error, 'config-syntax')) throw error
    const line = error.at === undefined ? '' : ` at line ${error.at.line}`
    throw new TalosFailure('config-syntax', `${name} is not valid YAML${line}.`, {
      at: error.at,
      cause: error,
    })
  }
}

function headOf(
  config: KnownConfig,
  of: Partial<Pick<NodeFacts, 'hostname' | 'role' | 'talosVersion'>> & { readonly at?: string | undefined },
): ConfigSideHead {
  return {
    ...(of.hostname === undefined ? {} : { hostname: of.hostname }),
    ...(of.role === undefined ? {} : { role: of.role }),
    ...(of.talosVersion === undefined ? {} : { talosVersion: of.talosVersion }),
    ...(of.at === undefined ? {} : { at: of.at }),
    lines: config.config.text.trimEnd().split('\n').length,
    documents: config.config.documents.length,
    secrets: config.secrets,
  }
}
