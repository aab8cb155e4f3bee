import type { NodeSummary } from '#contract/nodes.ts'
import { isAnswering, isBetweenBoots, isControlPlane } from '../../ipc/stores/nodes-store.ts'
import { plainVersion } from '../../ui/node-state.ts'

export interface VersionCount {
  readonly version: string
  readonly count: number
}

/** How many nodes last said which version, newest first. */
export function countVersions(
  nodes: readonly NodeSummary[],
  versionOf: (node: NodeSummary) => string | undefined,
): readonly VersionCount[] {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const version = versionOf(node)
    if (version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1)
  }
  return [...counts]
    .map(([version, count]) => ({ version: plainVersion(version), count }))
    .toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }))
}

/** etcd as the nodes tell it now. `spare`: members that may still go before quorum is lost; negative when it is. */
export interface EtcdFacts {
  readonly up: number
  readonly members: number
  readonly spare: number
}

/**
 * `undefined` while no control plane has told of its member (a reader's key may not ask), or one that may still tell of
 * its own was not asked yet: a cluster that is only being read has not lost its quorum.
 */
export function etcdFacts(nodes: readonly NodeSummary[]): EtcdFacts | undefined {
  const planes = nodes.filter(isControlPlane)
  const told = planes.filter((node) => node.etcd !== undefined)
  const isUnasked = ({ reach, etcd, etcdSilent }: NodeSummary): boolean =>
    reach.kind !== 'silent' && etcd === undefined && etcdSilent === undefined
  if (told.length === 0 || planes.some(isUnasked)) return undefined
  const up = told.filter((node) => isAnswering(node) && !isBetweenBoots(node)).length
  return { up, members: planes.length, spare: up - (Math.floor(planes.length / 2) + 1) }
}

/** Every word of the filter is somewhere in what the row says. */
export function matchesFilter(node: NodeSummary, filter: string, stateWords: string): boolean {
  const line = [
    node.hostname,
    node.address,
    node.role,
    node.talosVersion,
    node.kubernetesVersion,
    node.schematic?.id,
    ...(node.schematic?.extensions.map((extension) => extension.name) ?? []),
    stateWords,
  ]
    .join(' ')
    .toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => line.includes(word))
}

/** Whole days until an instant; negative after it. */
export function daysUntil(instant: string, nowMs: number): number {
  return Math.floor((Date.parse(instant) - nowMs) / 86_400_000)
}
