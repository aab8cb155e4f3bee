import { ArrowUpToLine, Power, RotateCw, Wrench } from 'lucide-react'
import type { NodeSummary } from '#contract/nodes.ts'
import type { LucideIcon, StateKind } from './icons.tsx'
import type { TextTools } from './i18n/text.tsx'

/** How a node stands, for tree, tables and heads alike. `short` fits the tree; `long` the fleet. */
export interface NodeState {
  readonly kind: StateKind
  readonly icon: LucideIcon | undefined
  readonly short: string
  readonly long: string
}

/** A node that went because it was told to. `since`: ISO 8601. */
export interface Away {
  readonly since: string
  readonly how: 'off' | 'maintenance'
}

/**
 * What is known now: a silent node is unknown, whatever it said before. `away`: it was shut down or erased from here, so
 * its silence is what was asked for.
 */
export function nodeState(
  node: Pick<NodeSummary, 'reach' | 'stage'>,
  { t, format }: TextTools,
  away?: Away,
): NodeState {
  const { reach, stage } = node
  if (reach.kind === 'connecting') {
    return { kind: 'busy', icon: undefined, short: t('state.connecting'), long: t('state.connecting') }
  }
  if (reach.kind === 'silent' && away?.how === 'maintenance') {
    return same('plain', Wrench, t('state.maintenance'))
  }
  if (reach.kind === 'silent' && away !== undefined) {
    return {
      kind: 'plain',
      icon: Power,
      short: t('state.off'),
      long: t('state.off-since', { time: format.minute(away.since) }),
    }
  }
  if (reach.kind === 'silent') {
    return {
      kind: 'unknown',
      icon: undefined,
      short: t('state.silent'),
      long: t('state.silent-since', { time: format.minute(reach.since) }),
    }
  }
  if (stage === undefined || stage.name === 'unknown') {
    return { kind: 'unknown', icon: undefined, short: t('unknown'), long: t('state.stage-unknown') }
  }
  switch (stage.name) {
    case 'running':
      return stage.ready
        ? { kind: 'proven', icon: undefined, short: t('state.ready'), long: t('state.running-ready') }
        : {
            kind: 'caution',
            icon: undefined,
            short: t('state.not-ready'),
            long: t('state.running-not-ready'),
          }
    case 'maintenance':
      return same('plain', Wrench, t('state.maintenance'))
    case 'booting':
      return same('busy', Power, t('state.booting'))
    case 'installing':
      return same('busy', undefined, t('state.installing'))
    case 'rebooting':
      return same('busy', RotateCw, t('state.rebooting'))
    case 'shutting down':
      return same('busy', Power, t('state.shutting-down'))
    case 'resetting':
      return same('busy', RotateCw, t('state.resetting'))
    case 'upgrading':
      return same('busy', ArrowUpToLine, t('state.upgrading'))
  }
}

function same(kind: StateKind, icon: LucideIcon | undefined, word: string): NodeState {
  return { kind, icon, short: word, long: word }
}

/** Host name where it is known, else the address. */
export function nodeName(node: Pick<NodeSummary, 'hostname' | 'address'>): string {
  return node.hostname ?? node.address
}

/** `v1.14.2` as people say it. */
export function plainVersion(version: string): string {
  return version.replace(/^v(?=\d)/, '')
}
