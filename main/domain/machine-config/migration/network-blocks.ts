import {
  asList,
  asMap,
  compact,
  has,
  isMap,
  renamed,
  textOf,
  typed,
  type BlockDefinition,
  type FoundBlock,
  type PatchDocument,
} from './block.ts'
import { interfaceDocuments } from './interface-documents.ts'

const hostname: BlockDefinition = {
  id: 'hostname',
  since: 12,
  find(legacy) {
    const name = legacy.text('machine.network.hostname')
    const stable = legacy.at('machine.features.stableHostname')
    if (name === '' && stable !== true) return undefined
    return {
      from: has(legacy, 'machine.network.hostname', 'machine.features.stableHostname'),
      documents: [
        name === ''
          ? typed('HostnameConfig', { auto: 'stable' })
          : typed('HostnameConfig', { hostname: name }),
      ],
    }
  },
}

const interfaces: BlockDefinition = {
  id: 'interfaces',
  since: 12,
  risk: 'network',
  find(legacy) {
    const devices = legacy.list('machine.network.interfaces')
    if (devices.length === 0) return undefined
    const from = ['machine.network.interfaces']
    const documents: PatchDocument[] = []
    for (const [index, device] of devices.entries()) {
      const found = interfaceDocuments(asMap(device))
      if ('obstacle' in found) {
        return {
          from,
          documents: [],
          obstacle: { code: found.obstacle, at: `machine.network.interfaces[${index}]` },
        }
      }
      documents.push(...found.documents)
    }
    return { from, documents }
  },
}

const hosts: BlockDefinition = {
  id: 'hosts',
  since: 12,
  find(legacy) {
    const entries = legacy.list('machine.network.extraHostEntries')
    if (entries.length === 0) return undefined
    return {
      from: ['machine.network.extraHostEntries'],
      documents: entries.map((entry) => {
        const { ip, aliases } = asMap(entry)
        return typed('StaticHostConfig', { name: ip, hostnames: aliases })
      }),
    }
  },
}

const RESOLVER = [
  'machine.network.nameservers',
  'machine.network.searchDomains',
  'machine.network.disableSearchDomain',
]

const resolvers: BlockDefinition = {
  id: 'resolvers',
  since: 12,
  find(legacy) {
    const from = has(legacy, ...RESOLVER)
    if (from.length === 0) return undefined
    const searchDomains = compact({
      domains: legacy.list('machine.network.searchDomains'),
      disableDefault: legacy.at('machine.network.disableSearchDomain'),
    })
    const nameservers = legacy.list('machine.network.nameservers').map((address) => ({ address }))
    const document = typed('ResolverConfig', {
      nameservers,
      ...(Object.keys(searchDomains).length > 0 ? { searchDomains } : {}),
    })
    return { from, documents: [document] }
  },
}

const hostDns: BlockDefinition = {
  id: 'host-dns',
  since: 14,
  find(legacy) {
    const settings = legacy.at('machine.features.hostDNS')
    if (!isMap(settings)) return undefined
    return {
      from: ['machine.features.hostDNS'],
      documents: [typed('ResolverConfig', { hostDNS: settings })],
      // One document for both: with the old name servers beside it the node refuses it.
      needs: has(legacy, ...RESOLVER).length > 0 ? ['resolvers'] : [],
    }
  },
}

const time: BlockDefinition = {
  id: 'time',
  since: 12,
  find(legacy) {
    const settings = legacy.at('machine.time')
    if (!isMap(settings)) return undefined
    const servers = asList(settings['servers'])
    const document = compact({
      enabled: settings['disabled'] === undefined ? undefined : settings['disabled'] !== true,
      bootTimeout: settings['bootTimeout'],
      ...(servers.length > 0 ? { ntp: { servers } } : {}),
    })
    return {
      from: ['machine.time'],
      documents: Object.keys(document).length > 0 ? [typed('TimeSyncConfig', document)] : [],
    }
  },
}

const registries: BlockDefinition = {
  id: 'registries',
  since: 12,
  find(legacy) {
    if (!isMap(legacy.at('machine.registries'))) return undefined
    const mirrors = Object.entries(legacy.map('machine.registries.mirrors')).map(([name, value]) => {
      const { endpoints, overridePath, skipFallback } = asMap(value)
      return typed('RegistryMirrorConfig', {
        name,
        endpoints: asList(endpoints).map((url) => compact({ url, overridePath })),
        skipFallback,
      })
    })
    const from = ['machine.registries']
    const documents: PatchDocument[] = [...mirrors]
    for (const [name, value] of Object.entries(legacy.map('machine.registries.config'))) {
      const { auth, tls } = asMap(value)
      if (isMap(auth)) documents.push(typed('RegistryAuthConfig', { name, ...auth }))
      if (!isMap(tls)) continue
      const found = registryTls(name, tls)
      if (found === undefined)
        return {
          from,
          documents: [],
          obstacle: { code: 'unreadable', at: `machine.registries.config.${name}.tls` },
        }
      documents.push(found)
    }
    return { from, documents }
  },
}

function registryTls(name: string, tls: Readonly<Record<string, unknown>>): PatchDocument | undefined {
  const decoded = (value: unknown): string | undefined => {
    const secret = /^«secret:([^»\s]*)»$/.exec(textOf(value))?.[1]
    if (secret !== undefined) return `«secret:${secret}~pem»`
    try {
      return atob(textOf(value).replace(/\s/g, ''))
    } catch {
      return undefined
    }
  }
  const { ca, clientIdentity, insecureSkipVerify } = tls
  const { crt, key } = asMap(clientIdentity)
  const cert = crt === undefined ? undefined : decoded(crt)
  const secret = key === undefined ? undefined : decoded(key)
  const authority = ca === undefined ? undefined : decoded(ca)
  if ((crt !== undefined && cert === undefined) || (key !== undefined && secret === undefined))
    return undefined
  if (ca !== undefined && authority === undefined) return undefined
  return typed('RegistryTLSConfig', {
    name,
    ...(cert === undefined ? {} : { clientIdentity: { cert, key: secret } }),
    ca: authority,
    insecureSkipVerify,
  })
}

const kubespan: BlockDefinition = {
  id: 'kubespan',
  since: 13,
  risk: 'network',
  find(legacy) {
    const settings = legacy.at('machine.network.kubespan')
    if (!isMap(settings)) return undefined
    return { from: ['machine.network.kubespan'], documents: [typed('KubeSpanConfig', settings)] }
  },
}

const discovery: BlockDefinition = {
  id: 'discovery',
  since: 14,
  risk: 'identity',
  find(legacy): FoundBlock | undefined {
    const settings = legacy.at('cluster.discovery')
    if (!isMap(settings)) return undefined
    const from = ['cluster.discovery']
    const enabled = settings['enabled'] === true
    const kubernetes = legacy.map('cluster.discovery.registries.kubernetes')
    if (enabled && kubernetes['disabled'] === false) {
      return {
        from,
        documents: [],
        obstacle: { code: 'kubernetes-registry', at: 'cluster.discovery.registries.kubernetes' },
      }
    }
    const service = legacy.map('cluster.discovery.registries.service')
    const endpoint = textOf(service['endpoint']) || 'https://discovery.talos.dev/'
    return {
      from,
      documents:
        enabled && service['disabled'] !== true
          ? [typed('DiscoveryServiceConfig', { name: 'default', endpoint })]
          : [],
    }
  },
}

const identity: BlockDefinition = {
  id: 'discovery-identity',
  since: 14,
  risk: 'identity',
  find(legacy) {
    const from = has(legacy, 'cluster.id', 'cluster.secret')
    if (from.length === 0) return undefined
    const names = { id: 'clusterID', secret: 'clusterSecret' }
    return {
      from,
      documents: [typed('DiscoveryIdentityConfig', renamed(legacy.map('cluster'), names))],
      // The old discovery section wants both beside it.
      needs: legacy.at('cluster.discovery') === undefined ? [] : ['discovery'],
    }
  },
}

export const NETWORK_BLOCKS: readonly BlockDefinition[] = [
  hostname,
  interfaces,
  hosts,
  resolvers,
  hostDns,
  time,
  registries,
  kubespan,
  discovery,
  identity,
]
