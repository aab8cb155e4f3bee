import { installSelectorOf } from './install-selector.ts'
import { componentsOf } from '../versions.ts'
import type { ComponentFacts, ConfigDocument, ConfigFacts, LinkFacts } from './config-file.ts'
import { readSecrets } from './secret-facts.ts'
import { readStorageFacts } from './storage-facts.ts'

type Tree = Readonly<Record<string, unknown>>

/** What the machine follows, from the documents in force; typed documents win over the legacy one. */
export function readFacts(documents: readonly ConfigDocument[], talos: string): ConfigFacts {
  const legacy = documents.find((document) => document.kind === '')?.value ?? {}
  const { kubernetes, coreDns } = componentsOf(talos)
  const of = (kind: string): readonly Tree[] =>
    documents.filter((document) => document.kind === kind).map((document) => document.value)
  const one = (kind: string): Tree => of(kind)[0] ?? {}
  const type = at(legacy, 'machine', 'type')
  const hostname =
    text(one('HostnameConfig')['hostname']) ?? text(at(legacy, 'machine', 'network', 'hostname'))
  const network = tree(at(legacy, 'machine', 'network'))
  const discovery = at(legacy, 'cluster', 'discovery', 'enabled')
  return {
    machineType:
      type === 'controlplane' || type === 'worker' ? type : type === 'init' ? 'controlplane' : 'unknown',
    clusterName:
      text(one('KubeClusterConfig')['clusterName']) ?? text(at(legacy, 'cluster', 'clusterName')) ?? '',
    endpoint:
      text(one('KubeClusterConfig')['endpoint']) ??
      text(at(legacy, 'cluster', 'controlPlane', 'endpoint')) ??
      '',
    hostname: hostname?.split('.')[0],
    links: [...legacyLinks(network), ...typedLinks(of)],
    nameservers: resolvers(one('ResolverConfig')) ?? texts(network['nameservers']) ?? ['1.1.1.1', '8.8.8.8'],
    searchDomains:
      texts(at(one('ResolverConfig'), 'searchDomains', 'domains')) ?? texts(network['searchDomains']) ?? [],
    timeServers: texts(at(one('TimeSyncConfig'), 'ntp', 'servers')) ??
      texts(at(legacy, 'machine', 'time', 'servers')) ?? ['time.cloudflare.com'],
    timeDisabled:
      at(legacy, 'machine', 'time', 'disabled') === true || one('TimeSyncConfig')['enabled'] === false,
    kubeletImage:
      text(one('KubeletConfig')['image']) ??
      text(at(legacy, 'machine', 'kubelet', 'image')) ??
      `ghcr.io/siderolabs/kubelet:v${kubernetes}`,
    kubeletExtra: [at(legacy, 'machine', 'kubelet'), of('KubeletConfig')],
    apiServer: component(
      legacy,
      'apiServer',
      one('KubeAPIServerConfig'),
      `registry.k8s.io/kube-apiserver:v${kubernetes}`,
    ),
    controllerManager: component(
      legacy,
      'controllerManager',
      one('KubeControllerManagerConfig'),
      `registry.k8s.io/kube-controller-manager:v${kubernetes}`,
    ),
    scheduler: component(
      legacy,
      'scheduler',
      one('KubeSchedulerConfig'),
      `registry.k8s.io/kube-scheduler:v${kubernetes}`,
    ),
    proxy: {
      ...component(legacy, 'proxy', one('KubeProxyConfig'), `registry.k8s.io/kube-proxy:v${kubernetes}`),
      enabled:
        at(legacy, 'cluster', 'proxy', 'disabled') !== true && one('KubeProxyConfig')['enabled'] !== false,
    },
    coreDns: {
      image:
        text(one('KubeCoreDNSConfig')['image']) ??
        text(at(legacy, 'cluster', 'coreDNS', 'image')) ??
        `registry.k8s.io/coredns/coredns:v${coreDns}`,
      enabled:
        at(legacy, 'cluster', 'coreDNS', 'disabled') !== true &&
        one('KubeCoreDNSConfig')['enabled'] !== false,
    },
    flannel: (text(at(legacy, 'cluster', 'network', 'cni', 'name')) ?? 'flannel') === 'flannel',
    dnsDomain:
      text(one('KubeNetworkConfig')['dnsDomain']) ??
      text(at(legacy, 'cluster', 'network', 'dnsDomain')) ??
      'cluster.local',
    podSubnets: texts(one('KubeNetworkConfig')['podSubnets']) ??
      texts(at(legacy, 'cluster', 'network', 'podSubnets')) ?? ['10.244.0.0/16'],
    serviceSubnets: texts(one('KubeNetworkConfig')['serviceSubnets']) ??
      texts(at(legacy, 'cluster', 'network', 'serviceSubnets')) ?? ['10.96.0.0/12'],
    sysctls: { ...strings(at(legacy, 'machine', 'sysctls')), ...strings(one('SysctlConfig')['params']) },
    kernelModules: [
      ...list(at(legacy, 'machine', 'kernel', 'modules')).map((module) => text(tree(module)['name']) ?? ''),
      ...of('KernelModuleConfig').map((document) => text(document['name']) ?? ''),
    ].filter((name) => name !== ''),
    nodeLabels: {
      ...strings(at(legacy, 'machine', 'nodeLabels')),
      ...strings(one('KubeNodeConfig')['labels']),
    },
    skipNodeRegistration:
      at(legacy, 'machine', 'kubelet', 'skipNodeRegistration') === true ||
      one('KubeNodeConfig')['skipNodeRegistration'] === true,
    discovery: discovery === true || of('DiscoveryServiceConfig').length > 0,
    ...readStorageFacts(of),
    blocksApi: blocksApi(of),
    secrets: readSecrets(legacy, one),
    authority: authorityOf(at(legacy, 'machine', 'ca')),
    installImage:
      text(at(legacy, 'machine', 'install', 'image')) ??
      text(at(one('UnattendedInstallConfig'), 'installer', 'image')),
    installDisk: text(at(legacy, 'machine', 'install', 'disk')),
    grubArguments:
      of('UnattendedInstallConfig').length > 0 ||
      at(legacy, 'machine', 'install', 'grubUseUKICmdline') === true
        ? undefined
        : list(at(legacy, 'machine', 'install', 'extraKernelArgs')).map(String),
    installSelector: selectorOf(at(legacy, 'machine', 'install', 'diskSelector')),
    unattended: of('UnattendedInstallConfig').map(unattendedOf)[0],
  }
}

function selectorOf(selector: unknown): string | undefined {
  if (typeof selector !== 'object' || selector === null) return undefined
  const made = installSelectorOf(tree(selector))
  return 'expression' in made ? made.expression : undefined
}

/** Without a word about it, the node starts again only when the document names an image. */
function unattendedOf(document: Tree): ConfigFacts['unattended'] {
  const image = text(at(document, 'installer', 'image')) ?? ''
  const reboot = document['reboot']
  return {
    image,
    selector: text(at(document, 'provisioning', 'diskSelector', 'match')) ?? '',
    reboots: typeof reboot === 'boolean' ? reboot : image !== '',
  }
}

function component(legacy: Tree, key: string, typed: Tree, fallback: string): ComponentFacts {
  const old = tree(at(legacy, 'cluster', key))
  return {
    image: text(typed['image']) ?? text(old['image']) ?? fallback,
    extraArgs: { ...tree(old['extraArgs']), ...tree(typed['extraArgs']) },
  }
}

function legacyLinks(network: Tree): LinkFacts[] {
  return list(network['interfaces']).map((item) => {
    const device = tree(item)
    const dhcp = device['dhcp']
    const addresses = texts(device['addresses']) ?? []
    return {
      // A selector picks among the ports; here it can only mean the first one, the other has no cable.
      name: text(device['interface']) ?? '*',
      addresses,
      gateway: gatewayOf(list(device['routes']), 'network'),
      dhcp: dhcp === true,
      up: device['ignore'] !== true,
      mtu: typeof device['mtu'] === 'number' ? device['mtu'] : undefined,
    }
  })
}

function typedLinks(of: (kind: string) => readonly Tree[]): LinkFacts[] {
  const dhcp = new Set(of('DHCPv4Config').map((document) => text(document['name'])))
  const links = of('LinkConfig').map((document) => ({
    name: text(document['name']) ?? '',
    addresses: list(document['addresses']).map((address) => text(tree(address)['address']) ?? ''),
    gateway: gatewayOf(list(document['routes']), 'destination'),
    dhcp: dhcp.has(text(document['name'])),
    up: document['up'] !== false,
    mtu: typeof document['mtu'] === 'number' ? document['mtu'] : undefined,
  }))
  const named = new Set(links.map((link) => link.name))
  const dhcpOnly = [...dhcp]
    .filter((name): name is string => name !== undefined && !named.has(name))
    .map((name) => ({ name, addresses: [], gateway: undefined, dhcp: true, up: true, mtu: undefined }))
  return [...links, ...dhcpOnly]
}

/** The gateway of the default route: no destination, or all addresses. */
function gatewayOf(routes: readonly unknown[], destination: string): string | undefined {
  for (const route of routes) {
    const to = text(tree(route)[destination])
    if (to === undefined || to === '0.0.0.0/0') return text(tree(route)['gateway'])
  }
  return undefined
}

function resolvers(document: Tree): string[] | undefined {
  if (!Array.isArray(document['nameservers'])) return undefined
  return list(document['nameservers']).map((server) => text(tree(server)['address']) ?? '')
}

/** Ingress blocked by default and no rule that lets anybody in at 50000 (NetworkRuleConfig). */
function blocksApi(of: (kind: string) => readonly Tree[]): boolean {
  if (!of('NetworkDefaultActionConfig').some((document) => document['ingress'] === 'block')) return false
  return !of('NetworkRuleConfig').some((rule) => {
    const ports = list(at(rule, 'portSelector', 'ports'))
    const open = ports.some((port) => {
      const [from = 0, to = from] = String(port).split('-').map(Number)
      return from <= 50000 && 50000 <= to
    })
    return open && at(rule, 'portSelector', 'protocol') !== 'udp' && list(rule['ingress']).length > 0
  })
}

function authorityOf(ca: unknown): ConfigFacts['authority'] {
  const crt = text(tree(ca)['crt'])
  const pem = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')
  return crt === undefined ? undefined : { crt: pem(crt), key: pem(text(tree(ca)['key']) ?? '') }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value
  for (const key of path) here = tree(here)[key]
  return here
}

function tree(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(tree(value)).map(([key, item]) => [key, String(item)]))
}
