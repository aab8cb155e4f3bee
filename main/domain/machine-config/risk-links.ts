import type { ChangeRisk } from '#contract/machine-configs.ts'
import { flagField, textField } from '../nodes/spec-fields.ts'
import type { DocumentChange } from './change-table.ts'
import type { Tree } from './config-tree.ts'
import type { LeafChange, Step } from './diff-trees.ts'
import { documentOf, documentsOf, isSet, itemsAt, legacyOf, textAt, treeAt } from './find-tree.ts'
import { unknownRisk, type LinkFacts, type NodeFacts } from './node-facts.ts'
import { LEGACY, type ParsedConfig } from './parse-config.ts'
import { fitsGlob, matchLinks, type Match } from './selectors.ts'

/** Documents whose name is the name of a link. */
const NAMED_BY_LINK = new Set([
  'LinkConfig',
  'BondConfig',
  'BridgeConfig',
  'VLANConfig',
  'DummyLinkConfig',
  'WireguardConfig',
  'VRFConfig',
  'VethConfig',
  'DHCPv4Config',
  'DHCPv6Config',
  'EthernetConfig',
  'LinkAliasConfig',
])

/** Those of them that make the link they name. */
const MAKERS = [
  'BondConfig',
  'BridgeConfig',
  'VLANConfig',
  'DummyLinkConfig',
  'WireguardConfig',
  'VRFConfig',
  'VethConfig',
  'LinkAliasConfig',
]

/** Fields whose value is the name of a link that has to be there. */
const NAMES_A_LINK: Readonly<Record<string, RegExp>> = {
  LinkConfig: /^name$/,
  DHCPv4Config: /^name$/,
  DHCPv6Config: /^name$/,
  EthernetConfig: /^name$/,
  BondConfig: /^links\.\[\]$/,
  BridgeConfig: /^links\.\[\]$/,
  VRFConfig: /^links\.\[\]$/,
  VLANConfig: /^parent$/,
  Layer2VIPConfig: /^link$/,
  HCloudVIPConfig: /^link$/,
  [LEGACY]:
    /^machine\.network\.interfaces\.\[\]\.(?:interface|bond\.interfaces\.\[\]|bridge\.interfaces\.\[\]|bridgePort\.master)$/,
}

export interface LinkRisks {
  /** Whether a change of the network touches the way by which this app reaches the node. */
  connection(change: DocumentChange, leaf: LeafChange): ChangeRisk | undefined
  /** Whether a link it names or selects is not there. */
  missing(change: DocumentChange, leaf: LeafChange): ChangeRisk | undefined
}

export function createLinkRisks(facts: NodeFacts, before: ParsedConfig, after: ParsedConfig): LinkRisks {
  let mine: ReadonlySet<string> | undefined
  let made: ReadonlySet<string> | undefined

  function isMine(name: string | undefined): boolean {
    if (name === undefined || !facts.connectionLink.known) return false
    mine ??= connectionNames(facts.connectionLink.value, facts.links.known ? facts.links.value : [])
    return mine.has(name)
  }

  function connection(change: DocumentChange, leaf: LeafChange): ChangeRisk | undefined {
    const { identity } = change
    const touches: ChangeRisk = { code: 'touches-connection', level: 'decide' }
    const address = facts.connectionAddress
    const values = [leaf.before?.tree, leaf.after?.tree].flatMap((tree) =>
      tree?.kind === 'scalar' ? [tree.value] : [],
    )
    // Its address written in what changes, with or without prefix length.
    if (address !== undefined && [identity.name, ...values].some((text) => text?.split('/')[0] === address)) {
      return touches
    }
    if (closesTheDoor(change, leaf, before, after)) return touches
    const named = leaf.path.flatMap((step: Step) => (typeof step === 'object' ? [step.named] : []))
    const isLinks = NAMED_BY_LINK.has(identity.kind) || pathOf(leaf).startsWith('machine.network.interfaces')
    const names = [
      ...named,
      ...(isLinks ? values : []),
      NAMED_BY_LINK.has(identity.kind) ? identity.name : undefined,
    ]
    if (identity.kind === 'Layer2VIPConfig' || identity.kind === 'HCloudVIPConfig') names.push(...values)
    if (names.some(isMine)) return touches
    if (selectsMine(leaf)) return touches
    if (identity.kind === 'KubeSpanConfig' || pathOf(leaf).startsWith('machine.network.kubespan')) {
      return isMine('kubespan') ? touches : undefined
    }
    if (identity.kind === 'SideroLinkConfig') return isMine('siderolink') ? touches : undefined
    if (facts.connectionLink.known || !isLinks) return undefined
    return unknownRisk('touches-connection', facts.connectionLink)
  }

  /** A legacy interface that is chosen by a device selector which fits the link of this connection. */
  function selectsMine(leaf: LeafChange): boolean {
    if (!facts.links.known || !pathOf(leaf).startsWith('machine.network.interfaces.[]')) return false
    const found = [before, after].flatMap((config) => itemOf(config, leaf.path[3]) ?? [])
    const { value: links } = facts.links
    return found.some((item) => {
      const selector = treeAt(item, 'deviceSelector')
      return selector !== undefined && matchDevices(selector, links).some(isMine)
    })
  }

  function missing(change: DocumentChange, leaf: LeafChange): ChangeRisk | undefined {
    if (leaf.after?.tree.kind !== 'scalar') return undefined
    const { kind, name = '' } = change.identity
    const path = pathOf(leaf)
    const { value } = leaf.after.tree
    if (kind === 'LinkAliasConfig' && path === 'selector.match') {
      return judge((links) => matchLinks(value, links), name.includes('%'))
    }
    const selector =
      /^machine\.network\.interfaces\.\[\](\.bond\.deviceSelectors\.\[\]|\.deviceSelector)\./.exec(path)
    if (kind === LEGACY && selector !== null) {
      const item = itemOf(after, leaf.path[3])
      const isMember = selector[1] !== '.deviceSelector'
      const at = leaf.path[6]
      const tree = isMember
        ? typeof at === 'number'
          ? itemsAt(item, 'bond', 'deviceSelectors')[at]
          : undefined
        : treeAt(item, 'deviceSelector')
      if (tree === undefined) return undefined
      return judge((links) => ({ kind: 'fits', names: matchDevices(tree, links) }), isMember)
    }
    if (NAMES_A_LINK[kind]?.test(path) !== true) return undefined
    made ??= madeLinks(after)
    if (made.has(value) && !(kind === 'LinkAliasConfig')) return undefined
    return judge(
      (links) => ({ kind: 'fits', names: links.some((link) => isCalled(link, value)) ? [value] : [] }),
      true,
    )
  }

  function judge(find: (links: readonly LinkFacts[]) => Match, mayBeMany: boolean): ChangeRisk | undefined {
    if (!facts.links.known) return unknownRisk('link-missing', facts.links)
    const found = find(facts.links.value)
    if (found.kind === 'invalid') return { code: 'selector-invalid', level: 'decide' }
    if (found.names.length === 0) return { code: 'link-missing', level: 'decide' }
    if (found.names.length === 1 || mayBeMany) return undefined
    return { code: 'link-many', level: 'decide', about: found.names.join(', ') }
  }

  return { connection, missing }
}

/** `machine.network.interfaces.[].mtu` */
function pathOf(leaf: LeafChange): string {
  return leaf.path.map((step) => (typeof step === 'string' ? step : '[]')).join('.')
}

function isCalled(link: LinkFacts, name: string): boolean {
  return link.name === name || link.otherNames.includes(name)
}

/** The link itself, what it lies on, what belongs to it and what it belongs to, under all their names. */
function connectionNames(name: string, links: readonly LinkFacts[]): ReadonlySet<string> {
  const names = new Set([name])
  const open = links.filter((link) => isCalled(link, name))
  const seen = new Set(open)
  for (let link = open.pop(); link !== undefined; link = open.pop()) {
    for (const one of [link.name, ...link.otherNames]) names.add(one)
    const { index, parentIndex, masterIndex } = link
    for (const other of links) {
      const belongs =
        other.index === parentIndex ||
        other.index === masterIndex ||
        (other.masterIndex === index && index > 0)
      if (!belongs || seen.has(other)) continue
      seen.add(other)
      open.push(other)
    }
  }
  return names
}

/** Links the draft itself makes, and the aliases it gives. */
function madeLinks(config: ParsedConfig): ReadonlySet<string> {
  const names = new Set<string>()
  for (const kind of MAKERS) {
    for (const document of documentsOf(config, kind)) {
      const { name } = document.identity()
      if (name !== undefined) names.add(name)
      const peer = textAt(document.root(), 'peer', 'name')
      if (peer !== undefined) names.add(peer)
    }
  }
  for (const item of itemsAt(legacyOf(config), 'machine', 'network', 'interfaces')) {
    const name = textAt(item, 'interface')
    if (name === undefined) continue
    if (['bond', 'bridge', 'dummy', 'wireguard'].some((key) => isSet(treeAt(item, key)))) names.add(name)
    for (const vlan of itemsAt(item, 'vlans')) names.add(`${name}.${textAt(vlan, 'vlanId') ?? ''}`)
  }
  return names
}

/** The legacy interface that a step of a path names. */
function itemOf(config: ParsedConfig, step: Step | undefined): Tree | undefined {
  const items = itemsAt(legacyOf(config), 'machine', 'network', 'interfaces')
  if (typeof step === 'number') return items[step]
  if (typeof step !== 'object') return undefined
  return items.find((item) => (textAt(item, 'interface') ?? selectorName(item)) === step.named)
}

/** As the change table names an interface that goes by its selector. */
function selectorName(item: Tree): string | undefined {
  const selector = treeAt(item, 'deviceSelector')
  if (selector?.kind !== 'map') return undefined
  const parts = [...selector.entries.values()].map((entry) => {
    const value = entry.value()
    return `${entry.key}=${value.kind === 'scalar' ? value.value : value.kind}`
  })
  return parts.sort().join(',')
}

const SELECTED_BY: Readonly<Record<string, string>> = {
  busPath: 'busPath',
  hardwareAddr: 'hardwareAddr',
  permanentAddr: 'permanentAddr',
  pciID: 'pciID',
  driver: 'driver',
}

/** Links that a legacy device selector fits; all its fields have to. */
function matchDevices(selector: Tree, links: readonly LinkFacts[]): readonly string[] {
  if (selector.kind !== 'map' || selector.entries.size === 0) return []
  return links
    .filter((link) =>
      [...selector.entries.keys()].every((key) => {
        const wanted = textAt(selector, key)
        if (wanted === undefined) return true
        if (key === 'physical') return link.physical === (wanted === 'true')
        const field = SELECTED_BY[key]
        if (field === undefined) return flagField(link.spec, key) !== false
        return fitsGlob(wanted.toLowerCase(), (textField(link.spec, field) ?? '').toLowerCase())
      }),
    )
    .map(({ name }) => name)
}

const APID = 50_000

/** A firewall that would no longer let the API through, or a rule about its port. */
function closesTheDoor(
  change: DocumentChange,
  leaf: LeafChange,
  before: ParsedConfig,
  after: ParsedConfig,
): boolean {
  const { identity } = change
  if (identity.kind === 'NetworkDefaultActionConfig') {
    return leaf.after?.tree.kind === 'scalar' && leaf.after.tree.value === 'block'
  }
  if (identity.kind !== 'NetworkRuleConfig') return false
  return [before, after].some((config) =>
    itemsAt(documentOf(config, identity), 'portSelector', 'ports').some((port) => {
      const [from = NaN, to = from] = port.kind === 'scalar' ? port.value.split('-').map(Number) : []
      return from <= APID && APID <= to
    }),
  )
}
