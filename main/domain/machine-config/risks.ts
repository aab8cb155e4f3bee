import type { ChangeRow, RiskCode } from '#contract/machine-configs.ts'
import type { DocumentChange } from './change-table.ts'
import { minorOf, type ConfigFacts } from './config-facts.ts'
import type { Tree } from './config-tree.ts'
import type { LeafChange, Step } from './diff-trees.ts'
import { writePath } from './change-table.ts'
import { labelOf, LEGACY, type ParsedConfig } from './parse-config.ts'
import { PLACEHOLDER } from './placeholders.ts'

/** What the rules know of the node a change is meant for. Absent fields were not read, and judge nothing. */
export interface NodeFacts {
  readonly talosVersion: string
  readonly role?: 'controlplane' | 'worker' | 'init' | 'unknown'
  readonly hostname?: string
  /** Addresses of the node, without prefix length. */
  readonly addresses?: readonly string[]
  /** By which this app reaches the node. */
  readonly connectionAddress?: string
  /** The link that holds the connection's address. */
  readonly connectionLink?: string
  /** Talos in the boot slot that does not run, where it can be told. */
  readonly otherSlotVersion?: string
  readonly kubernetesVersion?: string
}

export type Risk = ChangeRow['risks'][number]

/** Kubernetes versions a Talos line runs, both included (behaviour.md §0.2; 1.14 as its documentation narrows it). */
const KUBERNETES: Readonly<Record<number, readonly [number, number]>> = {
  8: [26, 31],
  9: [27, 32],
  10: [28, 33],
  11: [29, 34],
  12: [30, 35],
  13: [31, 36],
  14: [33, 37],
  15: [33, 38],
}

/** Risks of one row. `network` is the effect table's word. */
export function risksOf(
  change: DocumentChange,
  leaf: LeafChange | undefined,
  network: boolean,
  facts: NodeFacts,
  context: { readonly kinds: ConfigFacts['kinds']; readonly after: ParsedConfig },
): readonly Risk[] {
  const risks: Risk[] = []
  const add = (code: RiskCode, level: Risk['level']): void => {
    if (!risks.some((risk) => risk.code === code)) risks.push({ code, level })
  }
  const { identity } = change
  const { kind } = identity
  if (change.change === 'removed') add('removes-document', 'decide')
  if (leaf === undefined) return risks
  const path = writePath(leaf.path)
  if (network) {
    if (touchesConnection(change, leaf, facts)) add('touches-connection', 'decide')
    else add('touches-network', 'note')
  }
  if (renames(kind, path)) add('renames-node', 'decide')
  if (isIdentity(kind, path)) add('cluster-identity', 'decide')
  if (kind === LEGACY && path === 'machine.type') add('machine-type', 'decide')
  if (isSans(kind, path)) add('cert-sans', 'note')
  if (kind === 'UserVolumeConfig' && change.change === 'removed') add('removes-user-volume', 'decide')
  if (kind === LEGACY && /^cluster\.etcd(?:\.|$)/.test(path)) add('etcd', 'note')
  if (isUnsupportedKubernetes(leaf, path, facts.talosVersion)) add('kubernetes-version', 'decide')
  if (isMixed(change, leaf, facts, context)) add('mixed-with-legacy', 'decide')
  if (isNewerThanOtherSlot(change, facts, context.kinds)) add('newer-than-other-slot', 'decide')
  if (isSecret(leaf.before?.tree) || isSecret(leaf.after?.tree)) add('secret-changed', 'note')
  return risks
}

function touchesConnection(change: DocumentChange, leaf: LeafChange, facts: NodeFacts): boolean {
  const { identity } = change
  const names = leaf.path.flatMap((step: Step) => (typeof step === 'object' ? [step.named] : []))
  const link = facts.connectionLink
  if (link !== undefined && (identity.name === link || names.includes(link))) return true
  // Its address written in what changes, with or without prefix length.
  const address = facts.connectionAddress
  if (address === undefined) return false
  return [leaf.before?.tree, leaf.after?.tree].some(
    (tree) => tree?.kind === 'scalar' && tree.value.split('/')[0] === address,
  )
}

function renames(kind: string, path: string): boolean {
  return kind === 'HostnameConfig' || (kind === LEGACY && path === 'machine.network.hostname')
}

function isIdentity(kind: string, path: string): boolean {
  if (kind === 'DiscoveryIdentityConfig' || kind === 'KubeAPIServerCAConfig') return true
  if (kind === 'KubeClusterConfig') return true
  if (kind !== LEGACY) return false
  return /^(?:machine\.(?:ca|token)|cluster\.(?:id|secret|token|ca|clusterName|controlPlane|etcd\.ca))(?:\.|$)/.test(
    path,
  )
}

function isSans(kind: string, path: string): boolean {
  if (kind === 'KubeAPIServerConfig') return path.startsWith('certExtraSANs')
  return kind === LEGACY && /^(?:machine|cluster\.apiServer)\.certSANs/.test(path)
}

function isUnsupportedKubernetes(leaf: LeafChange, path: string, talosVersion: string): boolean {
  const tree = leaf.after?.tree
  if (tree?.kind !== 'scalar' || !/(?:^|\.)image$/.test(path)) return false
  const match = /(?:kubelet|kube-(?:apiserver|controller-manager|scheduler|proxy)):v1\.(\d+)\./.exec(
    tree.value,
  )
  const range = KUBERNETES[minorOf(talosVersion) ?? 0]
  if (match?.[1] === undefined || range === undefined) return false
  const minor = Number(match[1])
  return minor < range[0] || minor > range[1]
}

/** A new document beside the legacy field it replaces: from `exclusiveSince` on the node refuses both (behaviour.md §4.1). */
function isMixed(
  change: DocumentChange,
  leaf: LeafChange,
  facts: NodeFacts,
  context: { readonly kinds: ConfigFacts['kinds']; readonly after: ParsedConfig },
): boolean {
  if (leaf.after === undefined) return false
  const minor = minorOf(facts.talosVersion)
  if (minor === undefined) return false
  const refused = context.kinds.filter(
    (k) => k.exclusiveSince !== undefined && minor >= (minorOf(k.exclusiveSince) ?? 0),
  )
  if (change.identity.kind !== LEGACY) {
    const replaces = refused.find((k) => k.kind === change.identity.kind)?.replaces ?? []
    return replaces.some((path) => hasLegacy(context.after, path.split('.')))
  }
  const path = leaf.path.filter((step) => typeof step === 'string').join('.')
  const rivals = refused.filter((k) => k.replaces.some((p) => path === p || path.startsWith(`${p}.`)))
  return rivals.some((k) => context.after.documents.some((document) => document.identity().kind === k.kind))
}

function hasLegacy(config: ParsedConfig, path: readonly string[]): boolean {
  const legacy = config.documents.find((document) => document.identity().kind === LEGACY)
  let tree: Tree | undefined = legacy?.root()
  for (const key of path) tree = tree?.kind === 'map' ? tree.entries.get(key)?.value() : undefined
  if (tree === undefined) return false
  return tree.kind === 'scalar'
    ? tree.value !== ''
    : tree.kind === 'list'
      ? tree.items.length > 0
      : tree.entries.size > 0
}

function isNewerThanOtherSlot(
  change: DocumentChange,
  facts: NodeFacts,
  kinds: ConfigFacts['kinds'],
): boolean {
  const other = facts.otherSlotVersion === undefined ? undefined : minorOf(facts.otherSlotVersion)
  if (other === undefined || change.change !== 'added') return false
  const kind = kinds.find((k) => k.kind === change.identity.kind)
  return kind !== undefined && other < (minorOf(kind.since) ?? 0)
}

function isSecret(tree: Tree | undefined): boolean {
  return tree?.kind === 'scalar' && tree.value.search(PLACEHOLDER) >= 0
}

export interface ToAccept {
  readonly id: string
  readonly risk: RiskCode
  readonly subject: string
}

/** Everything the person has to tick: one per risk and document, so a removed document is one tick, not twenty. */
export function toAcceptOf(change: DocumentChange, rows: readonly (readonly Risk[])[]): readonly ToAccept[] {
  const subject = labelOf(change.identity)
  const codes = new Set(rows.flat().flatMap((risk) => (risk.level === 'decide' ? [risk.code] : [])))
  return [...codes].map((risk) => ({ id: `${risk}|${subject}`, risk, subject }))
}
