import {
  asList,
  asMap,
  compact,
  has,
  isMap,
  pemOf,
  renamed,
  textOf,
  typed,
  type BlockDefinition,
  type FoundBlock,
  type Legacy,
  type PatchDocument,
} from './block.ts'
import { manifestName } from './system-blocks.ts'

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'
const NODE_IN_KUBELET = ['nodeIP', 'registerWithFQDN', 'skipNodeRegistration'].map(
  (key) => `machine.kubelet.${key}`,
)
const NODE = [
  'machine.nodeLabels',
  'machine.nodeAnnotations',
  'machine.nodeTaints',
  'cluster.allowSchedulingOnControlPlanes',
  'cluster.allowSchedulingOnMasters',
]

/** What Talos adds to a control plane by itself in the old form has to be said in the new one. */
const node: BlockDefinition = {
  id: 'node',
  since: 14,
  risk: 'kubelet',
  find(legacy, { role }) {
    const from = has(legacy, ...NODE, ...NODE_IN_KUBELET)
    if (from.length === 0) return undefined
    const isControlPlane = role === 'controlplane'
    const schedules = [
      legacy.at('cluster.allowSchedulingOnControlPlanes'),
      legacy.at('cluster.allowSchedulingOnMasters'),
    ].includes(true)
    const labels = { ...(isControlPlane ? { [CONTROL_PLANE]: '' } : {}), ...legacy.map('machine.nodeLabels') }
    const taints = {
      ...(isControlPlane && !schedules ? { [CONTROL_PLANE]: 'NoSchedule' } : {}),
      ...legacy.map('machine.nodeTaints'),
    }
    const some = (map: Readonly<Record<string, unknown>>) => (Object.keys(map).length > 0 ? map : undefined)
    const kubelet = legacy.map('machine.kubelet')
    return {
      from,
      documents: [
        typed('KubeNodeConfig', {
          labels: some(labels),
          annotations: some(legacy.map('machine.nodeAnnotations')),
          taints: some(taints),
          ...renamed(kubelet, {
            nodeIP: 'nodeIP',
            registerWithFQDN: 'registerWithFQDN',
            skipNodeRegistration: 'skipNodeRegistration',
          }),
        }),
      ],
    }
  },
}

const kubelet: BlockDefinition = {
  id: 'kubelet',
  since: 14,
  risk: 'kubelet',
  find(legacy): FoundBlock | undefined {
    const old = legacy.at('machine.kubelet')
    if (!isMap(old)) return undefined
    const from = ['machine.kubelet']
    if (asList(old['extraMounts']).length > 0)
      return { from, documents: [], obstacle: { code: 'extra-mounts', at: 'machine.kubelet.extraMounts' } }
    // The document never reads manifests from the disk.
    if (old['disableManifestsDirectory'] !== true) {
      return {
        from,
        documents: [],
        obstacle: { code: 'manifests-directory', at: 'machine.kubelet.disableManifestsDirectory' },
      }
    }
    const provider = old['credentialProviderConfig']
    return {
      from,
      documents: [
        typed(
          'KubeletConfig',
          renamed(old, {
            ...SAME,
            clusterDNS: 'clusterDNS',
            extraConfig: 'config',
            defaultRuntimeSeccompProfileEnabled: 'defaultRuntimeSeccompProfileEnabled',
          }),
        ),
        ...(isMap(provider) ? [typed('KubeCredentialProviderConfig', { configuration: provider })] : []),
      ],
      needs: has(legacy, ...NODE_IN_KUBELET).length > 0 ? ['node'] : [],
    }
  },
}

const SAME = { image: 'image', extraArgs: 'extraArgs' }
const POD = { ...SAME, env: 'env', resources: 'resources' }

function blockedVolumes(legacy: Legacy, path: string): FoundBlock | undefined {
  if (legacy.list(`${path}.extraVolumes`).length === 0) return undefined
  return { from: [path], documents: [], obstacle: { code: 'extra-volumes', at: `${path}.extraVolumes` } }
}

const apiServer: BlockDefinition = {
  id: 'api-server',
  since: 14,
  risk: 'control-plane',
  find(legacy): FoundBlock | undefined {
    const old = legacy.at('cluster.apiServer')
    const from = has(legacy, 'cluster.apiServer', 'cluster.controlPlane.localAPIServerPort')
    if (from.length === 0) return undefined
    const blocked = blockedVolumes(legacy, 'cluster.apiServer')
    if (blocked !== undefined) return blocked
    const server = asMap(old)
    const named = (list: unknown, kind: string, keys: readonly string[]): readonly PatchDocument[] =>
      asList(list).map((item) => typed(kind, Object.fromEntries(keys.map((key) => [key, asMap(item)[key]]))))
    const policy = server['auditPolicy']
    return {
      from,
      documents: [
        typed('KubeAPIServerConfig', {
          ...renamed(server, POD),
          apiPort: legacy.at('cluster.controlPlane.localAPIServerPort'),
          certExtraSANs: server['certSANs'],
        }),
        ...named(server['admissionControl'], 'KubeAdmissionControlConfig', ['name', 'configuration']),
        ...(isMap(policy) && Object.keys(policy).length > 0
          ? [typed('KubeAuditPolicyConfig', { configuration: policy })]
          : []),
        ...named(server['authorizationConfig'], 'KubeAuthorizerConfig', ['name', 'type', 'webhook']),
      ],
    }
  },
}

/** The two that may be switched off by `machine.controlPlane`. */
function component(
  id: 'controller-manager' | 'scheduler',
  key: 'controllerManager' | 'scheduler',
  kind: string,
): BlockDefinition {
  return {
    id,
    since: 14,
    risk: 'control-plane',
    find(legacy) {
      const path = `cluster.${key}`
      const off = `machine.controlPlane.${key}`
      const from = has(legacy, path, off)
      if (from.length === 0) return undefined
      const disabled = legacy.at(`${off}.disabled`)
      return (
        blockedVolumes(legacy, path) ?? {
          from,
          documents: [
            typed(kind, {
              ...(disabled === true ? { enabled: false } : {}),
              ...renamed(legacy.map(path), { ...POD, config: 'config' }),
            }),
          ],
        }
      )
    },
  }
}

const proxy: BlockDefinition = {
  id: 'kube-proxy',
  since: 14,
  risk: 'control-plane',
  find(legacy) {
    const old = legacy.at('cluster.proxy')
    if (!isMap(old)) return undefined
    return {
      from: ['cluster.proxy'],
      documents: [
        typed('KubeProxyConfig', {
          ...(old['disabled'] === true ? { enabled: false } : {}),
          ...renamed(old, { ...SAME, mode: 'mode' }),
        }),
      ],
    }
  },
}

const coreDns: BlockDefinition = {
  id: 'core-dns',
  since: 14,
  find(legacy) {
    const old = legacy.at('cluster.coreDNS')
    if (!isMap(old)) return undefined
    return {
      from: ['cluster.coreDNS'],
      documents: [typed('KubeCoreDNSConfig', { enabled: old['disabled'] !== true, image: old['image'] })],
    }
  },
}

const network: BlockDefinition = {
  id: 'cluster-network',
  since: 14,
  risk: 'control-plane',
  find(legacy, { role }): FoundBlock | undefined {
    const old = legacy.at('cluster.network')
    if (!isMap(old)) return undefined
    const cni = asMap(old['cni'])
    const name = textOf(cni['name']) || 'flannel'
    const flannel = asMap(cni['flannel'])
    const isControlPlane = role === 'controlplane'
    const document = typed(
      'KubeNetworkConfig',
      renamed(
        { dnsDomain: 'cluster.local', ...old },
        { dnsDomain: 'dnsDomain', podSubnets: 'podSubnets', serviceSubnets: 'serviceSubnets' },
      ),
    )
    return {
      from: ['cluster.network'],
      documents: [
        document,
        ...(isControlPlane && name === 'flannel'
          ? [
              typed('KubeFlannelCNIConfig', {
                backendType: 'vxlan',
                backendPort: 4789,
                ...renamed(flannel, {
                  extraArgs: 'extraArgs',
                  kubeNetworkPoliciesEnabled: 'kubeNetworkPoliciesEnabled',
                }),
              }),
            ]
          : []),
        ...(isControlPlane && name === 'custom'
          ? asList(cni['urls']).map((url, index) =>
              typed('KubeExternalManifestConfig', { name: `cni-${manifestName(textOf(url), index)}`, url }),
            )
          : []),
      ],
    }
  },
}

const cluster: BlockDefinition = {
  id: 'cluster',
  since: 14,
  risk: 'identity',
  find(legacy): FoundBlock | undefined {
    // An empty cluster.controlPlane would be refused for want of an endpoint.
    const from = has(legacy, 'cluster.clusterName', 'cluster.controlPlane')
    if (from.length === 0) return undefined
    const endpoint = legacy.text('cluster.controlPlane.endpoint')
    if (endpoint === '') {
      return { from, documents: [], obstacle: { code: 'no-endpoint', at: 'cluster.controlPlane.endpoint' } }
    }
    const clusterName = legacy.text('cluster.clusterName')
    return {
      from,
      documents: [typed('KubeClusterConfig', { clusterName, endpoint })],
      needs: has(legacy, 'cluster.controlPlane.localAPIServerPort').length > 0 ? ['api-server'] : [],
    }
  },
}

const kubeprism: BlockDefinition = {
  id: 'kubeprism',
  since: 14,
  find(legacy) {
    const old = legacy.at('machine.features.kubePrism')
    if (!isMap(old)) return undefined
    return {
      from: ['machine.features.kubePrism'],
      documents: old['enabled'] === true ? [typed('KubePrismConfig', { port: old['port'] ?? 7445 })] : [],
    }
  },
}

const authority: BlockDefinition = {
  id: 'kubernetes-ca',
  since: 14,
  risk: 'secrets',
  find(legacy): FoundBlock | undefined {
    const from = has(legacy, 'cluster.ca', 'cluster.acceptedCAs')
    if (from.length === 0) return undefined
    const pair = pairOf(legacy, 'cluster.ca')
    const accepted = legacy.list('cluster.acceptedCAs').map((one) => pemOf(asMap(one)['crt']))
    if (pair === undefined || accepted.includes(undefined))
      return { from, documents: [], obstacle: { code: 'unreadable', at: 'cluster.ca' } }
    // A worker has the certificate only, which it accepts and does not issue from.
    return {
      from,
      documents: [
        typed(
          'KubeAPIServerCAConfig',
          pair.key === undefined
            ? { acceptedCAs: [pair.cert, ...accepted] }
            : { issuingCA: pair, acceptedCAs: accepted },
        ),
      ],
    }
  },
}

function pairOf(legacy: Legacy, path: string): { readonly cert: string; readonly key?: string } | undefined {
  const cert = pemOf(legacy.at(`${path}.crt`))
  if (cert === undefined) return undefined
  const written = legacy.text(`${path}.key`)
  if (written === '') return { cert }
  const key = pemOf(written)
  return key === undefined ? undefined : { cert, key }
}

const aggregator: BlockDefinition = {
  id: 'aggregator-ca',
  since: 14,
  risk: 'secrets',
  find(legacy) {
    if (legacy.at('cluster.aggregatorCA') === undefined) return undefined
    const from = ['cluster.aggregatorCA']
    const pair = pairOf(legacy, 'cluster.aggregatorCA')
    if (pair?.key === undefined)
      return { from, documents: [], obstacle: { code: 'unreadable', at: 'cluster.aggregatorCA' } }
    return { from, documents: [typed('KubeAggregatorCAConfig', { issuingCA: pair })] }
  },
}

const serviceAccount: BlockDefinition = {
  id: 'service-account',
  since: 14,
  risk: 'secrets',
  find(legacy, { names }): FoundBlock | undefined {
    if (legacy.at('cluster.serviceAccount') === undefined) return undefined
    const from = ['cluster.serviceAccount']
    const privateKey = pemOf(legacy.at('cluster.serviceAccount.key'))
    if (privateKey === undefined)
      return { from, documents: [], obstacle: { code: 'unreadable', at: 'cluster.serviceAccount.key' } }
    const issuerURL =
      legacy.text('cluster.controlPlane.endpoint') || (names('KubeClusterConfig/endpoint')[0] ?? '')
    if (issuerURL === '')
      return { from, documents: [], obstacle: { code: 'no-endpoint', at: 'cluster.controlPlane.endpoint' } }
    return { from, documents: [typed('KubeServiceAccountConfig', { issuer: { privateKey, issuerURL } })] }
  },
}

const etcdEncryption: BlockDefinition = {
  id: 'etcd-encryption',
  since: 14,
  risk: 'secrets',
  find(legacy) {
    const from = has(legacy, 'cluster.secretboxEncryptionSecret', 'cluster.aescbcEncryptionSecret')
    if (from.length === 0) return undefined
    const provider = (kind: string, name: string, secret: unknown) =>
      secret === undefined ? [] : [{ [kind]: { keys: [{ name, secret }] } }]
    // Names and order decide whether what lies in etcd can still be read.
    const providers = [
      ...provider('secretbox', 'key2', legacy.at('cluster.secretboxEncryptionSecret')),
      ...provider('aescbc', 'key1', legacy.at('cluster.aescbcEncryptionSecret')),
      { identity: {} },
    ]
    return {
      from,
      documents: [
        typed('KubeEtcdEncryptionConfig', {
          config: compact({ resources: [{ resources: ['secrets'], providers }] }),
        }),
      ],
    }
  },
}

export const KUBERNETES_BLOCKS: readonly BlockDefinition[] = [
  kubeprism,
  coreDns,
  proxy,
  node,
  kubelet,
  apiServer,
  component('controller-manager', 'controllerManager', 'KubeControllerManagerConfig'),
  component('scheduler', 'scheduler', 'KubeSchedulerConfig'),
  network,
  cluster,
  authority,
  aggregator,
  serviceAccount,
  etcdEncryption,
]
