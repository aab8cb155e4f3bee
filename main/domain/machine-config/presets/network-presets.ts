import type { FieldProblem } from '#contract/presets.ts'
import { field, linkField, options } from './fields.ts'
import { isAddress, isHttpUrl, isPlainName, isPrefix, isServer, type FormValues } from './form-values.ts'
import {
  compact,
  note,
  typed,
  type PatchDocument,
  type PresetContext,
  type PresetDefinition,
} from './preset.ts'

/** Network documents came with 1.12; before, everything stands in `machine.network`. */
const hasDocuments = ({ minor }: PresetContext): boolean => minor >= 12

const LINK_KINDS = [
  'BondConfig',
  'BridgeConfig',
  'DummyLinkConfig',
  'LinkConfig',
  'VethConfig',
  'VLANConfig',
  'VRFConfig',
  'WireguardConfig',
]

/** With the first document about a link Talos stops asking for addresses on links that have none. */
function isFirstDocument(context: PresetContext): boolean {
  const kinds = [...LINK_KINDS, 'DHCPv4Config', 'DHCPv6Config']
  return hasDocuments(context) && kinds.every((kind) => context.names(kind).length === 0)
}

const networkNotes: PresetDefinition['notes'] = (context) => [
  note('touches-network', 'warn'),
  ...(isFirstDocument(context) ? [note('first-network-document', 'warn')] : []),
  ...(context.links === undefined ? [note('no-live-links', 'info')] : []),
]

const interfaces = (...devices: readonly object[]): PatchDocument => ({
  machine: { network: { interfaces: devices } },
})

function addressing(values: FormValues): {
  readonly addresses: readonly string[]
  readonly gateway: string
  readonly dhcp: boolean
} {
  return { addresses: values.list('addresses'), gateway: values.text('gateway'), dhcp: values.on('dhcp') }
}

/** Addresses, routes and DHCP of a device of the v1alpha1 document. */
function legacyAddressing(values: FormValues): Record<string, unknown> {
  const { addresses, gateway, dhcp } = addressing(values)
  return compact({
    addresses,
    ...(gateway === ''
      ? {}
      : { routes: [{ network: gateway.includes(':') ? '::/0' : '0.0.0.0/0', gateway }] }),
    dhcp: dhcp || undefined,
  })
}

function linkAddressing(values: FormValues): Record<string, unknown> {
  const { addresses, gateway } = addressing(values)
  return compact({
    addresses: addresses.map((address) => ({ address })),
    ...(gateway === '' ? {} : { routes: [{ gateway }] }),
  })
}

function dhcpOf(name: string, values: FormValues): readonly PatchDocument[] {
  return values.on('dhcp') ? [typed('DHCPv4Config', { name })] : []
}

function needsAddressing(values: FormValues): readonly FieldProblem[] {
  return values.list('addresses').length === 0 && !values.on('dhcp')
    ? [{ field: 'addresses', code: 'missing' }]
    : []
}

function taken(name: string, id: string, context: PresetContext): readonly FieldProblem[] {
  return LINK_KINDS.some((kind) => context.names(kind).includes(name)) ? [{ field: id, code: 'taken' }] : []
}

const addressFields = [
  field('addresses', 'list', { hint: '10.0.20.13/24', check: isPrefix }),
  field('gateway', 'text', { hint: '10.0.20.1', check: isAddress }),
  field('dhcp', 'switch'),
]

const staticAddress: PresetDefinition = {
  id: 'static-address',
  offered: () => true,
  fields: (context) => [
    linkField(context),
    field('addresses', 'list', { required: true, hint: '10.0.20.13/24', check: isPrefix }),
    field('gateway', 'text', { hint: '10.0.20.1', check: isAddress }),
    field('mtu', 'number', { hint: '1500' }),
  ],
  notes: networkNotes,
  build(values, context) {
    const name = values.text('link')
    const mtu = values.number('mtu')
    return hasDocuments(context)
      ? [typed('LinkConfig', { name, mtu, ...linkAddressing(values) })]
      : [interfaces({ interface: name, ...compact({ mtu }), ...legacyAddressing(values), dhcp: false })]
  },
}

const vip: PresetDefinition = {
  id: 'vip',
  offered: ({ role }) => role === 'controlplane',
  fields: (context) => [
    linkField(context),
    field('address', 'text', { required: true, hint: '10.0.20.10', check: isAddress }),
  ],
  notes: networkNotes,
  build(values, context) {
    const link = values.text('link')
    const ip = values.text('address')
    return hasDocuments(context)
      ? [typed('Layer2VIPConfig', { name: ip, link })]
      : [interfaces({ interface: link, vip: { ip } })]
  },
}

const MODES = [
  '802.3ad',
  'active-backup',
  'balance-alb',
  'balance-xor',
  'balance-rr',
  'balance-tlb',
  'broadcast',
]

const bond: PresetDefinition = {
  id: 'bond',
  offered: () => true,
  fields: (context) => [
    field('name', 'text', { required: true, value: 'bond0', check: isPlainName }),
    field('links', 'list', {
      required: true,
      choices: context.links ?? [],
      hint: 'enp3s0',
      check: isPlainName,
    }),
    field('mode', 'choice', {
      required: true,
      closed: true,
      value: 'active-backup',
      choices: options(...MODES),
    }),
    ...addressFields,
  ],
  check: (values, context) => [
    ...(values.list('links').length < 2 ? [{ field: 'links', code: 'too-few' } as const] : []),
    ...taken(values.text('name'), 'name', context),
    ...needsAddressing(values),
  ],
  notes: networkNotes,
  build(values, context) {
    const name = values.text('name')
    const mode = values.text('mode')
    const links = values.list('links')
    const miimon = 100
    return hasDocuments(context)
      ? [
          typed('BondConfig', { name, links, bondMode: mode, miimon, ...linkAddressing(values) }),
          ...dhcpOf(name, values),
        ]
      : [
          interfaces({
            interface: name,
            bond: { interfaces: links, mode, miimon },
            ...legacyAddressing(values),
          }),
        ]
  },
}

const vlan: PresetDefinition = {
  id: 'vlan',
  offered: () => true,
  fields: (context) => [
    linkField(context, 'parent'),
    field('vlan', 'number', { required: true, hint: '20' }),
    ...addressFields,
    ...(isFirstDocument(context) && !context.legacy('machine.network.interfaces')
      ? [field('keepDhcp', 'switch', { value: 'true' })]
      : []),
  ],
  check(values, context) {
    const id = values.number('vlan') ?? 0
    return [
      ...(id < 1 || id > 4094 ? [{ field: 'vlan', code: 'not-a-number' } as const] : []),
      ...taken(`${values.text('parent')}.${id}`, 'vlan', context),
      ...needsAddressing(values),
    ]
  },
  notes: networkNotes,
  build(values, context) {
    const parent = values.text('parent')
    const vlanId = values.number('vlan') ?? 0
    const name = `${parent}.${vlanId}`
    return hasDocuments(context)
      ? [
          typed('VLANConfig', { name, vlanID: vlanId, parent, ...linkAddressing(values) }),
          ...dhcpOf(name, values),
          ...(values.on('keepDhcp') ? [typed('DHCPv4Config', { name: parent })] : []),
        ]
      : [interfaces({ interface: parent, vlans: [{ vlanId, ...legacyAddressing(values) }] })]
  },
}

const dnsNtp: PresetDefinition = {
  id: 'dns-ntp',
  offered: () => true,
  fields: () => [
    field('nameservers', 'list', { hint: '1.1.1.1', check: isAddress }),
    field('ntp', 'list', { hint: 'time.cloudflare.com', check: isServer }),
  ],
  check: (values) =>
    values.list('nameservers').length + values.list('ntp').length === 0
      ? [{ field: 'nameservers', code: 'missing' }]
      : [],
  build(values, context) {
    const nameservers = values.list('nameservers')
    const servers = values.list('ntp')
    const oldResolver = !hasDocuments(context) || context.legacy('machine.network.nameservers')
    const oldTime = !hasDocuments(context) || context.legacy('machine.time')
    const machine = {
      ...(oldResolver && nameservers.length > 0 ? { network: { nameservers } } : {}),
      ...(oldTime && servers.length > 0 ? { time: { servers } } : {}),
    }
    return [
      ...(Object.keys(machine).length > 0 ? [{ machine }] : []),
      ...(!oldResolver && nameservers.length > 0
        ? [typed('ResolverConfig', { nameservers: nameservers.map((address) => ({ address })) })]
        : []),
      ...(!oldTime && servers.length > 0 ? [typed('TimeSyncConfig', { ntp: { servers } })] : []),
    ]
  },
}

const registryMirror: PresetDefinition = {
  id: 'registry-mirror',
  offered: () => true,
  fields: () => [
    field('registry', 'choice', {
      required: true,
      value: 'docker.io',
      choices: options('docker.io', 'ghcr.io', 'registry.k8s.io', 'quay.io', 'gcr.io', '*'),
    }),
    field('endpoints', 'list', { required: true, hint: 'https://registry.lan:5000', check: isHttpUrl }),
    field('overridePath', 'switch'),
    field('skipFallback', 'switch'),
  ],
  build(values, context) {
    const name = values.text('registry')
    const endpoints = values.list('endpoints')
    const overridePath = values.on('overridePath') || undefined
    const skipFallback = values.on('skipFallback') || undefined
    return hasDocuments(context) && !context.legacy('machine.registries.mirrors')
      ? [
          typed('RegistryMirrorConfig', {
            name,
            endpoints: endpoints.map((url) => compact({ url, overridePath })),
            skipFallback,
          }),
        ]
      : [
          {
            machine: {
              registries: { mirrors: { [name]: compact({ endpoints, overridePath, skipFallback }) } },
            },
          },
        ]
  },
}

const kubespan: PresetDefinition = {
  id: 'kubespan',
  offered: () => true,
  fields: () => [
    field('enabled', 'switch', { value: 'true' }),
    field('advertise', 'switch'),
    field('bypass', 'switch'),
    field('mtu', 'number', { hint: '1420' }),
  ],
  notes: () => [note('touches-network', 'warn'), note('needs-discovery', 'info')],
  build(values, { minor, legacy }) {
    const settings = compact({
      enabled: values.on('enabled'),
      advertiseKubernetesNetworks: values.on('advertise') || undefined,
      allowDownPeerBypass: values.on('bypass') || undefined,
      mtu: values.number('mtu'),
    })
    return minor >= 13 && !legacy('machine.network.kubespan')
      ? [typed('KubeSpanConfig', settings)]
      : [{ machine: { network: { kubespan: settings } } }]
  },
}

export const NETWORK_PRESETS: readonly PresetDefinition[] = [
  staticAddress,
  vip,
  bond,
  vlan,
  dnsNtp,
  registryMirror,
  kubespan,
]
