import type { ChangeRisk, RiskCode } from '#contract/machine-configs.ts'
import type { DocumentChange } from './change-table.ts'
import { minorOf, type ConfigFacts } from './config-facts.ts'
import type { Tree } from './config-tree.ts'
import type { LeafChange } from './diff-trees.ts'
import { documentsOf, isSet, legacyOf, textAt, treeAt } from './find-tree.ts'
import { unknownRisk, type NodeFacts } from './node-facts.ts'
import { diskRisk } from './risk-disks.ts'
import { createLinkRisks } from './risk-links.ts'
import { writePath } from './change-table.ts'
import { labelOf, LEGACY, type ParsedConfig } from './parse-config.ts'
import { PLACEHOLDER } from './placeholders.ts'

type Matrix = Readonly<Record<number, readonly [number, number]>>

/** Kubernetes versions a Talos line runs, both included (behaviour.md §0.2; 1.14 as its documentation narrows it). */
const KUBERNETES: Matrix = {
  8: [26, 31],
  9: [27, 32],
  10: [28, 33],
  11: [29, 34],
  12: [30, 35],
  13: [31, 36],
  14: [33, 37],
  15: [33, 38],
}

/** What the nodes themselves check: 1.14 still takes one minor more than its documentation (behaviour.md §0.2). */
const CHECKED: Matrix = { ...KUBERNETES, 14: [32, 37] }

export interface RiskContext {
  readonly facts: NodeFacts
  readonly kinds: ConfigFacts['kinds']
  readonly before: ParsedConfig
  readonly after: ParsedConfig
}

/** Risks of one row; `network` is the effect table's word. */
export type RisksOf = (
  change: DocumentChange,
  leaf: LeafChange | undefined,
  network: boolean,
) => readonly ChangeRisk[]

export function createRisks(context: RiskContext): RisksOf {
  const { facts, kinds, before, after } = context
  const minor = minorOf(facts.talosVersion)
  const exclusive = kinds.filter(
    (k) => minor !== undefined && k.exclusiveSince !== undefined && minor >= (minorOf(k.exclusiveSince) ?? 0),
  )
  const links = createLinkRisks(facts, before, after)

  return (change, leaf, network) => {
    const risks: ChangeRisk[] = []
    const put = (risk: ChangeRisk | undefined): void => {
      if (risk !== undefined && !risks.some(({ code }) => code === risk.code)) risks.push(risk)
    }
    const add = (code: RiskCode, level: ChangeRisk['level']): void => put({ code, level })
    const { kind } = change.identity
    if (change.change === 'removed') add('removes-document', 'decide')
    if (leaf === undefined) return risks
    const path = writePath(leaf.path)
    if (network) {
      const connection = links.connection(change, leaf)
      put(connection)
      if (connection?.level !== 'decide') add('touches-network', 'note')
    }
    put(links.missing(change, leaf))
    put(diskRisk(change, leaf, facts, after))
    if (renames(kind, path)) add('renames-node', 'decide')
    if (namesTheHost(kind, path) && hostnameSources(after).length > 1) add('hostname-twice', 'decide')
    if (isIdentity(kind, path)) add('cluster-identity', 'decide')
    if (kind === LEGACY && path === 'machine.type') {
      add('machine-type', 'decide')
      put(evenControlPlanes(leaf, facts))
    }
    if (isSans(kind, path)) add('cert-sans', 'note')
    if (kind === 'UserVolumeConfig' && change.change === 'removed') add('removes-user-volume', 'decide')
    if (kind === LEGACY && /^cluster\.etcd(?:\.|$)/.test(path)) add('etcd', 'note')
    if (isUnsupportedKubernetes(leaf, path, facts.talosVersion)) add('kubernetes-version', 'decide')
    if (isMixed(change, leaf, exclusive, after)) add('mixed-with-legacy', 'decide')
    put(newerThanOtherSlot(change, context))
    if (isSecret(leaf.before?.tree) || isSecret(leaf.after?.tree)) add('secret-changed', 'note')
    return risks
  }
}

/** True when the node refuses the configuration for what the row says (behaviour.md §4.1, §4.4). */
export function isRefusedFor(
  risks: readonly ChangeRisk[],
  leaf: LeafChange | undefined,
  version: string,
): boolean {
  if (risks.some(({ code }) => code === 'mixed-with-legacy' || code === 'hostname-twice')) return true
  // Image tags are checked by the node from 1.11 on, by its own table.
  if ((minorOf(version) ?? 0) < 11 || leaf === undefined) return false
  const path = writePath(leaf.path)
  return isUnsupportedKubernetes(leaf, path, version, CHECKED)
}

function renames(kind: string, path: string): boolean {
  return kind === 'HostnameConfig' || (kind === LEGACY && path === 'machine.network.hostname')
}

/** Places that say what the node is called; more than one of them is refused (behaviour.md §4.1, HostnameConfig). */
function hostnameSources(after: ParsedConfig): readonly string[] {
  const document = documentsOf(after, 'HostnameConfig')[0]?.root()
  const legacy = treeAt(legacyOf(after), 'machine')
  const auto = textAt(document, 'auto')
  return [
    ...(textAt(document, 'hostname') === undefined ? [] : ['hostname']),
    ...(auto === undefined || auto === 'off' ? [] : ['auto']),
    ...(textAt(legacy, 'network', 'hostname') === undefined ? [] : ['machine.network.hostname']),
    ...(document !== undefined && textAt(legacy, 'features', 'stableHostname') === 'true'
      ? ['machine.features.stableHostname']
      : []),
  ]
}

function namesTheHost(kind: string, path: string): boolean {
  return renames(kind, path) || (kind === LEGACY && path === 'machine.features.stableHostname')
}

/** A worker that becomes a control plane or the other way round changes how many there are. */
function evenControlPlanes(leaf: LeafChange, facts: NodeFacts): ChangeRisk | undefined {
  const isControlPlane = (tree: Tree | undefined): boolean =>
    tree?.kind === 'scalar' && ['controlplane', 'init'].includes(tree.value)
  const then = isControlPlane(leaf.before?.tree)
  const now = isControlPlane(leaf.after?.tree)
  if (then === now) return undefined
  if (!facts.controlPlanes.known) return unknownRisk('even-control-planes', facts.controlPlanes)
  const count = facts.controlPlanes.value + (now ? 1 : -1)
  if (count <= 0 || count % 2 === 1) return undefined
  return { code: 'even-control-planes', level: 'decide', about: String(count) }
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

function isUnsupportedKubernetes(
  leaf: LeafChange,
  path: string,
  talosVersion: string,
  matrix: Matrix = KUBERNETES,
): boolean {
  const tree = leaf.after?.tree
  if (tree?.kind !== 'scalar' || !/(?:^|\.)image$/.test(path)) return false
  const match = /(?:kubelet|kube-(?:apiserver|controller-manager|scheduler|proxy)):v1\.(\d+)\./.exec(
    tree.value,
  )
  const range = matrix[minorOf(talosVersion) ?? 0]
  if (match?.[1] === undefined || range === undefined) return false
  const minor = Number(match[1])
  return minor < range[0] || minor > range[1]
}

/** A new document beside the legacy field it replaces: from `exclusiveSince` on the node refuses both (behaviour.md §4.1). */
function isMixed(
  change: DocumentChange,
  leaf: LeafChange,
  exclusive: ConfigFacts['kinds'],
  after: ParsedConfig,
): boolean {
  if (leaf.after === undefined) return false
  // Two sources of the host name have a word of their own.
  if (namesTheHost(change.identity.kind, writePath(leaf.path))) return false
  if (change.identity.kind !== LEGACY) {
    const kind = exclusive.find((k) => k.kind === change.identity.kind)
    const legacy = legacyOf(after)
    return (kind?.excludes ?? kind?.replaces ?? []).some((path) => isSet(treeAt(legacy, ...path.split('.'))))
  }
  const path = leaf.path.filter((step) => typeof step === 'string').join('.')
  return exclusive
    .filter((k) => (k.excludes ?? k.replaces).some((p) => path === p || path.startsWith(`${p}.`)))
    .some((k) => documentsOf(after, k.kind).length > 0)
}

/** A document that the Talos in the other boot slot cannot read; a rollback would stop at it. */
function newerThanOtherSlot(
  { change, identity }: DocumentChange,
  { facts, kinds }: RiskContext,
): ChangeRisk | undefined {
  if (change !== 'added') return undefined
  const since = minorOf(kinds.find((k) => k.kind === identity.kind)?.since ?? '')
  const own = minorOf(facts.talosVersion)
  if (since === undefined || own === undefined) return undefined
  const other = facts.otherSlotVersion === undefined ? undefined : minorOf(facts.otherSlotVersion)
  // Nobody can ask a node what its other slot holds; what came with this very line is doubtful anywhere else.
  if (other === undefined) return since === own ? unknownRisk('newer-than-other-slot') : undefined
  if (other >= since) return undefined
  return { code: 'newer-than-other-slot', level: 'decide', about: facts.otherSlotVersion }
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
export function toAcceptOf(
  change: DocumentChange,
  rows: readonly (readonly ChangeRisk[])[],
): readonly ToAccept[] {
  const subject = labelOf(change.identity)
  const codes = new Set(rows.flat().flatMap((risk) => (risk.level === 'decide' ? [risk.code] : [])))
  return [...codes].map((risk) => ({ id: `${risk}|${subject}`, risk, subject }))
}
