import { hostnameOf, talosOf, type MachineCore } from '../core.ts'
import { gatewayOf } from '../config/generate.ts'
import type { LinkFacts } from '../config/config-file.ts'
import type { NetworkPort } from '../hardware.ts'
import { atLeast } from '../versions.ts'
import { put, replaceAll, withoutEmpty } from './keys.ts'

/** The link that has a cable. */
export function mainLink(core: Pick<MachineCore, 'hardware'>): NetworkPort {
  const [link] = core.hardware.links
  if (!link) throw new Error('a machine without network')
  return link
}

export interface LinkState {
  readonly port: NetworkPort
  readonly up: boolean
  readonly addresses: readonly string[]
  readonly gateway: string | undefined
  readonly mtu: number
  readonly dhcp: boolean
}

/**
 * What the ports carry under the config in force. A link without any configuration gets its address by DHCP, as Talos
 * does by default; here the lease is the machine's known address.
 */
export function linkStates(core: MachineCore): readonly LinkState[] {
  const configured = core.life.active?.facts.links ?? []
  return core.hardware.links.map((port, at) => {
    const facts = configured.filter((link) => link.name === port.name || (link.name === '*' && at === 0))
    const cabled = at === 0 && !core.life.linkDown
    const up = cabled && facts.every((link) => link.up)
    const dhcp = cabled && (facts.length === 0 || facts.some((link) => link.dhcp))
    const fixed = facts.flatMap((link) => link.addresses)
    const leased = dhcp && up ? [`${core.spec.address}/24`] : []
    return {
      port,
      up,
      addresses: up ? [...new Set([...fixed, ...leased])] : [],
      gateway: gatewayFrom(facts) ?? (dhcp ? gatewayOf(core.spec.address) : undefined),
      mtu: facts.find((link) => link.mtu !== undefined)?.mtu ?? 1500,
      dhcp,
    }
  })
}

function gatewayFrom(links: readonly LinkFacts[]): string | undefined {
  return links.find((link) => link.gateway !== undefined)?.gateway
}

/** Whether a client can still talk to apid at the machine's address (behaviour.md §14 "apply-kills-network"). */
export function isReachable(core: MachineCore): boolean {
  const { active, fatalConfig } = core.life
  if (active?.facts.blocksApi) return false
  if (active !== undefined && active.text === fatalConfig) return false
  return linkStates(core).some((state) =>
    state.addresses.some((address) => address.split('/')[0] === core.spec.address),
  )
}

export function publishNetwork(core: MachineCore): void {
  const states = linkStates(core)
  publishLinks(core, states)
  publishAddresses(core, states)
  publishRoutes(core, states)
  publishNames(core)
  const addressReady = states.some((state) => state.addresses.length > 0)
  put(
    core,
    'network',
    'NetworkStatuses.net',
    'status',
    {
      addressReady,
      connectivityReady: addressReady && states.some((state) => state.gateway !== undefined),
      hostnameReady: true,
      etcFilesReady: true,
    },
    { owner: 'network.StatusController' },
  )
  core.life.networkReady = addressReady
}

function publishNames(core: MachineCore): void {
  const facts = core.life.active?.facts
  const hostname = hostnameOf(core)
  put(
    core,
    'network',
    'HostnameStatuses.net',
    'hostname',
    { hostname, domainname: '' },
    { owner: 'network.HostnameSpecController' },
  )
  const servers = facts?.nameservers ?? ['1.1.1.1', '8.8.8.8']
  put(
    core,
    'network',
    'ResolverStatuses.net',
    'resolvers',
    {
      dnsServers: servers,
      ...(atLeast(talosOf(core), '1.14')
        ? { nameServers: servers.map((addr) => ({ addr, protocol: 'Do53', tlsServerName: '' })) }
        : {}),
      searchDomains: facts?.searchDomains ?? [],
    },
    { owner: 'network.ResolverSpecController' },
  )
  put(
    core,
    'network',
    'TimeServerStatuses.net',
    'timeservers',
    {
      timeServers: facts?.timeServers ?? ['time.cloudflare.com'],
      ...(atLeast(talosOf(core), '1.14') ? { useNTS: false } : {}),
    },
    { owner: 'network.TimeServerSpecController' },
  )
}

function publishLinks(core: MachineCore, states: readonly LinkState[]): void {
  const specs: Record<string, unknown> = {
    lo: {
      index: 1,
      type: 'loopback',
      linkIndex: 0,
      flags: 'UP,LOOPBACK,RUNNING,LOWER_UP',
      hardwareAddr: '00:00:00:00:00:00',
      permanentAddr: '00:00:00:00:00:00',
      broadcastAddr: '00:00:00:00:00:00',
      mtu: 65536,
      queueDisc: 'noqueue',
      operationalState: 'unknown',
      kind: '',
      slaveKind: '',
      linkState: true,
      port: 'Other',
      duplex: 'Unknown',
    },
  }
  for (const [at, { port, up, mtu }] of states.entries()) {
    const [vendorID, productID] = port.pci.split(':')
    const facts = withoutEmpty({
      index: at + 2,
      type: 'ether',
      linkIndex: 0,
      flags: up ? 'UP,BROADCAST,RUNNING,MULTICAST,LOWER_UP' : 'UP,BROADCAST,MULTICAST',
      hardwareAddr: port.mac,
      permanentAddr: port.mac,
      broadcastAddr: 'ff:ff:ff:ff:ff:ff',
      mtu,
      queueDisc: 'mq',
      operationalState: up ? 'up' : 'down',
      busPath: port.bus,
      pciID: port.pci.toUpperCase(),
      driver: port.driver,
      driverVersion: '6.18.44-talos',
      vendorID: `0x${vendorID}`,
      productID: `0x${productID}`,
      vendor: port.vendor,
      product: port.product,
      linkState: up,
      speedMbit: up ? 1000 : undefined,
      port: 'TwistedPair',
      duplex: up ? 'Full' : 'Unknown',
    })
    specs[port.name] = { ...facts, kind: '', slaveKind: '' }
  }
  replaceAll(core, 'network', 'LinkStatuses.net', 'network.LinkStatusController', specs)
}

function publishAddresses(core: MachineCore, states: readonly LinkState[]): void {
  const specs: Record<string, unknown> = {
    'lo/127.0.0.1/8': addressSpec(core, '127.0.0.1/8', 1, 'lo', 'host'),
  }
  for (const [at, { port, addresses }] of states.entries())
    for (const address of addresses)
      specs[`${port.name}/${address}`] = addressSpec(core, address, at + 2, port.name, 'global')
  replaceAll(core, 'network', 'AddressStatuses.net', 'network.AddressStatusController', specs, withoutLocal)
  const all = states.flatMap((state) => state.addresses)
  const withAlgorithm = (addresses: readonly string[]): unknown => ({ addresses, sortAlgorithm: 'v1' })
  const owner = 'network.NodeAddressController'
  for (const [id, addresses] of [
    ['default', all.slice(0, 1)],
    ['current', all],
    ['routed', all],
    ['accumulative', all],
    ['current-no-k8s', all],
    ['routed-no-k8s', all],
    ['current-only-k8s', []],
    ['routed-only-k8s', []],
  ] as const)
    put(core, 'network', 'NodeAddresses.net', id, withAlgorithm(addresses), { owner })
}

/** Go takes a single address for empty, since all in it is private, and `omitempty` leaves it out of the YAML form. */
function withoutLocal(spec: unknown): unknown {
  return { ...(spec as object), local: undefined }
}

function addressSpec(
  core: MachineCore,
  address: string,
  linkIndex: number,
  linkName: string,
  scope: string,
): unknown {
  return {
    address,
    local: address.split('/')[0],
    linkIndex,
    linkName,
    family: address.includes(':') ? 'inet6' : 'inet4',
    scope,
    flags: 'permanent',
    ...(atLeast(talosOf(core), '1.10') ? { priority: 0 } : {}),
  }
}

function publishRoutes(core: MachineCore, states: readonly LinkState[]): void {
  const specs: Record<string, unknown> = {}
  for (const [at, { port, addresses, gateway, dhcp }] of states.entries()) {
    if (gateway !== undefined && addresses.length > 0)
      specs[`inet4/${gateway}//1024`] = routeSpec(
        at + 2,
        port.name,
        '',
        gateway,
        dhcp ? 'dhcp' : 'static',
        1024,
      )
    for (const address of addresses) {
      const network = `${address.replace(/\.\d+\/.*$/, '.0')}/${address.split('/')[1] ?? '24'}`
      specs[`inet4//${network}/0`] = routeSpec(at + 2, port.name, network, '', 'kernel', 0)
    }
  }
  replaceAll(core, 'network', 'RouteStatuses.net', 'network.RouteStatusController', specs)
}

function routeSpec(
  outLinkIndex: number,
  outLinkName: string,
  dst: string,
  gateway: string,
  protocol: string,
  priority: number,
): unknown {
  return {
    family: 'inet4',
    dst,
    src: '',
    gateway,
    outLinkIndex,
    outLinkName,
    table: 'main',
    priority,
    scope: gateway === '' ? 'link' : 'global',
    type: 'unicast',
    flags: '',
    protocol,
  }
}
