import type { MigrationObstacle } from '#contract/migrations.ts'
import { asList, asMap, compact, isMap, renamed, textOf, typed, type PatchDocument } from './block.ts'

type Device = Readonly<Record<string, unknown>>

/** Documents of one entry of `machine.network.interfaces`, or why there are none. */
export function interfaceDocuments(
  device: Device,
): { readonly documents: readonly PatchDocument[] } | { readonly obstacle: MigrationObstacle } {
  const name = textOf(device['interface'])
  if (name === '' || device['deviceSelector'] !== undefined) return { obstacle: 'device-selector' }
  if (device['ignore'] === true) return { obstacle: 'ignored-interface' }
  if (device['bridgePort'] !== undefined) return { obstacle: 'unreadable' }
  const link = linkOf(name, device)
  if (typeof link === 'string') return { obstacle: link }
  const documents = [link, ...dhcpOf(name, device)]
  const virtual = vipOf(name, device['vip'])
  if (typeof virtual === 'string') return { obstacle: virtual }
  documents.push(...virtual)
  for (const vlan of asList(device['vlans']).map(asMap)) {
    const id = vlan['vlanId']
    const own = `${name}.${textOf(id)}`
    documents.push(
      typed('VLANConfig', { name: own, vlanID: id, parent: name, ...commonOf(vlan) }),
      ...dhcpOf(own, vlan),
    )
    const shared = vipOf(own, vlan['vip'])
    if (typeof shared === 'string') return { obstacle: shared }
    documents.push(...shared)
  }
  return { documents }
}

function linkOf(name: string, device: Device): PatchDocument | MigrationObstacle {
  const common = commonOf(device)
  const { bond, bridge, wireguard, dummy } = device
  if (isMap(bond)) {
    // No document has a word for these.
    if (bond['primary'] !== undefined || bond['adActorSystem'] !== undefined) return 'unreadable'
    if (bond['deviceSelectors'] !== undefined) return 'device-selector'
    return typed('BondConfig', { name, ...renamed(bond, BOND), ...common })
  }
  if (isMap(bridge)) {
    const vlan = asMap(bridge['vlan'])['vlanFiltering']
    return typed('BridgeConfig', {
      name,
      links: bridge['interfaces'],
      stp: bridge['stp'],
      ...(vlan === undefined ? {} : { vlan: { filtering: vlan } }),
      ...common,
    })
  }
  if (isMap(wireguard)) return typed('WireguardConfig', { name, ...wireguard, ...common })
  return typed(dummy === true ? 'DummyLinkConfig' : 'LinkConfig', { name, ...common })
}

const SAME = [
  'xmitHashPolicy',
  'lacpRate',
  'arpValidate',
  'arpAllTargets',
  'primaryReselect',
  'failOverMac',
  'adSelect',
]
const NUMBERS = [
  'miimon',
  'updelay',
  'downdelay',
  'arpInterval',
  'minLinks',
  'lpInterval',
  'packetsPerSlave',
  'numPeerNotif',
]
const BOND: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...SAME, ...NUMBERS, 'allSlavesActive', 'useCarrier', 'adActorSysPrio', 'adUserPortKey'].map((key) => [
      key,
      key,
    ]),
  ),
  interfaces: 'links',
  mode: 'bondMode',
  arpIPTarget: 'arpIpTargets',
  resendIgmp: 'resendIGMP',
  tlbDynamicLb: 'tlbLogicalLb',
  peerNotifyDelay: 'peerNotifDelay',
}

function commonOf(device: Device): Record<string, unknown> {
  const addresses = [
    ...asList(device['addresses']),
    ...(device['cidr'] === undefined ? [] : [device['cidr']]),
  ]
  return compact({
    mtu: device['mtu'] === 0 ? undefined : device['mtu'],
    addresses: addresses.map((address) => ({ address: withPrefix(textOf(address)) })),
    routes: asList(device['routes']).map((route) => {
      const { network, gateway, source, metric, mtu } = asMap(route)
      const isDefault = ['0.0.0.0/0', '::/0', ''].includes(textOf(network))
      // Without a gateway the document cannot tell which family a default route is of.
      const destination = isDefault && gateway !== undefined ? undefined : network
      return compact({ destination, gateway, source, metric, mtu })
    }),
  })
}

function withPrefix(address: string): string {
  if (address.includes('/') || address === '') return address
  return `${address}/${address.includes(':') ? 128 : 32}`
}

function dhcpOf(name: string, device: Device): PatchDocument[] {
  if (device['dhcp'] !== true) return []
  const { routeMetric, ipv4, ipv6, duidv6 } = asMap(device['dhcpOptions'])
  const metric = routeMetric === 0 ? undefined : routeMetric
  return [
    ...(ipv4 === false ? [] : [typed('DHCPv4Config', { name, routeMetric: metric })]),
    ...(ipv6 === true
      ? [
          typed('DHCPv6Config', {
            name,
            routeMetric: metric,
            ...(duidv6 === undefined ? {} : { clientIdentifier: 'duid', duidRaw: duidv6 }),
          }),
        ]
      : []),
  ]
}

function vipOf(link: string, vip: unknown): PatchDocument[] | MigrationObstacle {
  if (!isMap(vip)) return []
  if (vip['equinixMetal'] !== undefined) return 'equinix-vip'
  const name = vip['ip']
  const hcloud = vip['hcloud']
  if (isMap(hcloud)) return [typed('HCloudVIPConfig', { name, link, apiToken: hcloud['apiToken'] })]
  return [typed('Layer2VIPConfig', { name, link })]
}
