import { atLeast } from '../versions.ts'
import type { ConfigFile } from './config-file.ts'

/** Where a legacy field stands, and what Talos says when a document takes its place beside it. */
type Conflict = readonly [path: string, text: string]

const set = (what: string, path: string): Conflict => [
  path,
  `${what} is already set in v1alpha1 config (.${path})`,
]
const bare = (path: string): Conflict => [path, `.${path} is already set in v1alpha1 config`]
const incompatible = (what: string, said: string, kind: string, path: string): Conflict => [
  path,
  `${what} in v1alpha1 config (.${said}) can't be used with ${kind} document, please remove it to avoid conflicts`,
]
const REMOVE = 'Please remove it and use only the new KubeClusterConfig document to avoid conflicts'

/** 1.14: a legacy field and the document that took its place may not stand together (behaviour.md §4.1). */
const REPLACED: Readonly<Record<string, readonly Conflict[]>> = {
  CRIBaseRuntimeSpecConfig: [
    ['machine.baseRuntimeSpecOverrides', 'base runtime spec overrides are already set in v1alpha1 config'],
  ],
  DiscoveryIdentityConfig: ['cluster.id', 'cluster.secret'].map((path) => [
    path,
    'cluster identity is already configured in .cluster.id/.cluster.secret of the v1alpha1 config',
  ]),
  DiscoveryServiceConfig: [
    [
      'cluster.discovery',
      'discovery service is already configured in .cluster.discovery of the v1alpha1 config',
    ],
  ],
  ImageCacheConfig: [['machine.features.imageCache', 'image cache config is already set in v1alpha1 config']],
  KubeAPIServerCAConfig: [set('kube-apiserver CA', 'cluster.ca')],
  KubeAPIServerConfig: [
    set('kube-apiserver config', 'cluster.apiServer'),
    set('kube-apiserver API port', 'cluster.controlPlane.localAPIServerPort'),
  ],
  KubeAdmissionControlConfig: [
    [
      'cluster.apiServer.admissionControl',
      'admission control plugin config is already set in v1alpha1 config',
    ],
  ],
  KubeAggregatorCAConfig: [
    [
      'cluster.aggregatorCA',
      'kube-apiserver aggregator CA is already set in v1alpha1 config (.cluster.aggregatorCA), please remove it and use the new KubeAggregatorCAConfig document instead',
    ],
  ],
  KubeAuditPolicyConfig: [
    ['cluster.apiServer.auditPolicy', 'audit policy config is already set in v1alpha1 config'],
  ],
  KubeClusterConfig: [
    [
      'cluster.clusterName',
      `cluster name is already set in the v1alpha1 config (.cluster.clusterName). ${REMOVE}`,
    ],
    [
      'cluster.controlPlane.endpoint',
      `cluster endpoint is already set in the v1alpha1 config (.cluster.controlPlane.endpoint). ${REMOVE}`,
    ],
  ],
  KubeControllerManagerConfig: [set('kube-controller-manager config', 'cluster.controllerManager')],
  KubeCoreDNSConfig: [set('CoreDNS config', 'cluster.coreDNS')],
  KubeCredentialProviderConfig: [
    [
      'machine.kubelet',
      'cannot use KubeCredentialProviderConfig with legacy kubelet configuration (.machine.kubelet)',
    ],
  ],
  KubeEtcdEncryptionConfig: ['cluster.secretboxEncryptionSecret', 'cluster.aescbcEncryptionSecret'].map(
    (path) => [path, 'etcd encryption config is already set in v1alpha1 config'],
  ),
  KubeFlannelCNIConfig: [
    incompatible(
      'cluster network config',
      'machine.cluster.network',
      'KubeFlannelCNIConfig',
      'cluster.network',
    ),
  ],
  KubeletConfig: [set('kubelet config', 'machine.kubelet')],
  KubeNetworkConfig: [
    [
      'cluster.network',
      'cluster network config is already set in the v1alpha1 config (.machine.cluster.network). Please remove it and use only the new KubeNetworkConfig document to avoid conflicts',
    ],
  ],
  KubeNodeConfig: [
    'cluster.allowSchedulingOnControlPlanes',
    'cluster.allowSchedulingOnMasters',
    'machine.kubelet.skipNodeRegistration',
    'machine.kubelet.registerWithFQDN',
    'machine.kubelet.nodeIP',
    'machine.nodeLabels',
    'machine.nodeAnnotations',
    'machine.nodeTaints',
  ].map(bare),
  KubePrismConfig: [
    incompatible(
      'KubePrism config',
      'machine.features.kubePrism',
      'KubePrismConfig',
      'machine.features.kubePrism',
    ),
  ],
  KubeProxyConfig: [
    incompatible('cluster proxy config', 'machine.cluster.proxy', 'KubeProxyConfig', 'cluster.proxy'),
  ],
  KubeSchedulerConfig: [set('kube-scheduler config', 'cluster.scheduler')],
  KubeServiceAccountConfig: [set('service account', 'cluster.serviceAccount')],
  KubeTalosAPIAccessConfig: [bare('machine.features.kubernetesTalosAPIAccess')],
  UnattendedInstallConfig: [
    [
      'machine.install',
      'UnattendedInstallConfig config is incompatible with v1alpha1 config (.machine.install)',
    ],
  ],
}

/** One line per document that stands beside what it replaced; the first of its reasons, as Talos tells it. */
export function legacyConflicts(file: ConfigFile, talos: string): readonly string[] {
  if (!atLeast(talos, '1.14')) return []
  const legacy = file.documents.find(({ kind }) => kind === '')?.value
  if (!legacy) return []
  return file.documents.flatMap(({ kind, name }) => {
    const found = (REPLACED[kind] ?? []).find(([path]) => has(legacy, path))
    return found ? [`${kind}/${name}: ${found[1]}`] : []
  })
}

function has(tree: unknown, path: string): boolean {
  let here = tree
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null) return false
    here = (here as Readonly<Record<string, unknown>>)[key]
  }
  return here !== undefined && here !== null
}
