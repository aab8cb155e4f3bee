import type { ClusterSecrets } from '../../secrets-api.ts'
import { goYaml } from '../go-yaml.ts'
import { componentsOf } from '../versions.ts'
import type { GenerateRequest } from './generate-request.ts'

type Document = Readonly<Record<string, unknown>>

/**
 * A MachineConfig of the 1.14 contract, in the order `talosctl gen config` of 1.14 writes its documents: all of
 * Kubernetes, discovery and the installation stand in documents of their own (behaviour.md §9.4).
 */
export function multidocConfig(request: GenerateRequest, more: readonly string[]): string {
  const { spec, secrets } = request
  const isControlPlane = spec.role === 'controlplane'
  const documents: readonly Document[] = [
    legacyRest(request),
    { ...head('DiscoveryServiceConfig'), name: 'default', endpoint: 'https://discovery.talos.dev/' },
    {
      ...head('DiscoveryIdentityConfig'),
      clusterID: secrets.clusterId,
      clusterSecret: secrets.clusterSecret,
    },
    {
      ...head('UnattendedInstallConfig'),
      installer: { image: request.installerImage },
      provisioning: { diskSelector: { match: 'disk.dev_path == "/dev/nvme0n1"' }, wipe: false },
    },
    { ...head('SysctlConfig'), params: { 'vm.max_map_count': '262144' } },
    { ...head('VolumeConfig'), name: 'EPHEMERAL', mount: { secure: true } },
    { ...head('FilesystemTrimConfig'), interval: '168h0m0s' },
    { ...head('SecurityProfileConfig'), workloadIsolation: true },
    ...everywhere(request),
    ...(isControlPlane ? controlPlaneOnly(request) : []),
  ]
  return `${[...documents.map((document) => goYaml(document).trimEnd()), ...more].join('\n---\n')}\n`
}

function head(kind: string): Document {
  return { apiVersion: 'v1alpha1', kind }
}

/** What has no document of its own yet. */
function legacyRest({ spec, secrets }: GenerateRequest): Document {
  const isControlPlane = spec.role === 'controlplane'
  return {
    version: 'v1alpha1',
    debug: false,
    machine: {
      type: spec.role,
      token: secrets.trustdToken,
      ca: { crt: base64(secrets.os.crt), key: isControlPlane ? base64(secrets.os.key) : '' },
      certSANs: [],
      features: { diskQuotaSupport: true },
    },
    cluster: {
      token: secrets.bootstrapToken,
      ...(isControlPlane
        ? { etcd: { ca: { crt: base64(secrets.etcd.crt), key: base64(secrets.etcd.key) } } }
        : {}),
    },
  }
}

function everywhere({ spec, clusterName, endpoint, secrets }: GenerateRequest): readonly Document[] {
  const isControlPlane = spec.role === 'controlplane'
  const { crt } = secrets.kubernetes
  return [
    { ...head('KubeClusterConfig'), clusterName, endpoint },
    {
      ...head('KubeNodeConfig'),
      ...(isControlPlane
        ? {
            labels: {
              'node-role.kubernetes.io/control-plane': '',
              'node.kubernetes.io/exclude-from-external-load-balancers': '',
            },
            taints: { 'node-role.kubernetes.io/control-plane': 'NoSchedule' },
          }
        : {}),
    },
    {
      ...head('KubeletConfig'),
      image: `ghcr.io/siderolabs/kubelet:v${spec.kubernetes ?? componentsOf(spec.talos).kubernetes}`,
      defaultRuntimeSeccompProfileEnabled: true,
    },
    {
      ...head('KubeNetworkConfig'),
      dnsDomain: 'cluster.local',
      podSubnets: ['10.244.0.0/16'],
      serviceSubnets: ['10.96.0.0/12'],
    },
    {
      ...head('KubeAPIServerCAConfig'),
      ...(isControlPlane ? issuing(secrets.kubernetes) : { acceptedCAs: [crt] }),
    },
    { ...head('KubePrismConfig'), port: 7445 },
  ]
}

function controlPlaneOnly({ spec, endpoint, secrets }: GenerateRequest): readonly Document[] {
  const kubernetes = `v${spec.kubernetes ?? componentsOf(spec.talos).kubernetes}`
  const image = (component: string): Document => ({ image: `registry.k8s.io/${component}:${kubernetes}` })
  return [
    { ...head('KubeAggregatorCAConfig'), ...issuing(secrets.aggregator) },
    { ...head('KubeAdmissionControlConfig'), name: 'PodSecurity', configuration: POD_SECURITY },
    {
      ...head('KubeAuditPolicyConfig'),
      configuration: { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] },
    },
    { ...head('KubeAuthorizerConfig'), name: 'node', type: 'Node' },
    { ...head('KubeAuthorizerConfig'), name: 'rbac', type: 'RBAC' },
    { ...head('KubeEtcdEncryptionConfig'), config: encryption(secrets) },
    {
      ...head('KubeServiceAccountConfig'),
      issuer: { privateKey: secrets.serviceAccountKey, issuerURL: endpoint },
    },
    {
      ...head('KubeAPIServerConfig'),
      ...image('kube-apiserver'),
      certExtraSANs: [new URL(endpoint).hostname],
    },
    { ...head('KubeControllerManagerConfig'), ...image('kube-controller-manager') },
    { ...head('KubeSchedulerConfig'), ...image('kube-scheduler') },
    { ...head('KubeProxyConfig'), ...image('kube-proxy') },
    { ...head('KubeFlannelCNIConfig'), backendType: 'vxlan', backendPort: 4789 },
    { ...head('KubeCoreDNSConfig'), enabled: true },
  ]
}

const POD_SECURITY: Document = {
  apiVersion: 'pod-security.admission.config.k8s.io/v1alpha1',
  kind: 'PodSecurityConfiguration',
  defaults: {
    enforce: 'baseline',
    'enforce-version': 'latest',
    audit: 'restricted',
    'audit-version': 'latest',
    warn: 'restricted',
    'warn-version': 'latest',
  },
  exemptions: { namespaces: ['kube-system'], runtimeClasses: [], usernames: [] },
}

function encryption({ secretboxSecret }: ClusterSecrets): Document {
  return {
    resources: [
      {
        providers: [{ secretbox: { keys: [{ name: 'key2', secret: secretboxSecret }] } }],
        resources: ['secrets'],
      },
    ],
  }
}

function issuing({ crt, key }: { readonly crt: string; readonly key: string }): Document {
  return { issuingCA: { cert: crt, key } }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
