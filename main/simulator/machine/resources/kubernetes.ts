import { hostnameOf, talosOf, type MachineCore } from '../core.ts'
import type { ComponentFacts, ConfigFacts } from '../config/config-file.ts'
import { atLeast, componentsOf } from '../versions.ts'
import { put, remove, withoutEmpty } from './keys.ts'
import { publishManifests } from './manifests.ts'
import { publishStaticPodSpecs } from './static-pods.ts'

const API_SERVER = 'kube-apiserver'

/** Inputs of the kubelet and of the static pods, from the config in force. */
export function publishKubernetesSpecs(core: MachineCore): void {
  const facts = core.life.active?.facts
  if (!facts) return
  const name = hostnameOf(core)
  put(
    core,
    'k8s',
    'Nodenames.kubernetes',
    'nodename',
    {
      nodename: name,
      hostnameVersion: '1',
      skipNodeRegistration: facts.skipNodeRegistration,
    },
    { owner: 'k8s.NodenameController' },
  )
  put(
    core,
    'k8s',
    'KubeletSpecs.kubernetes',
    'kubelet',
    {
      image: facts.kubeletImage,
      args: [
        '--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubeconfig',
        '--cert-dir=/var/lib/kubelet/pki',
        '--config=/etc/kubernetes/kubelet.yaml',
        `--hostname-override=${name}`,
        '--kubeconfig=/etc/kubernetes/kubeconfig-kubelet',
        `--node-ip=${core.spec.address}`,
      ],
      expectedNodename: name,
      config: {
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        clusterDNS: ['10.96.0.10'],
        clusterDomain: facts.dnsDomain,
        rotateCertificates: true,
        shutdownGracePeriod: '30s',
      },
    },
    { owner: 'k8s.KubeletSpecController' },
  )
  publishKubeletConfig(core, facts)
  if (core.spec.role === 'controlplane') publishControlPlaneSpecs(core)
}

function publishKubeletConfig(core: MachineCore, facts: ConfigFacts): void {
  put(
    core,
    'k8s',
    'KubeletConfigs.kubernetes',
    'kubelet',
    {
      image: facts.kubeletImage,
      clusterDNS: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      cloudProviderExternal: false,
      defaultRuntimeSeccompEnabled: true,
      skipNodeRegistration: facts.skipNodeRegistration,
      staticPodListURL: '',
      disableManifestsDirectory: true,
      enableFSQuotaMonitoring: true,
      ...(atLeast(talosOf(core), '1.14') ? {} : { allowSchedulingOnControlPlane: false }),
    },
    { owner: 'k8s.KubeletConfigController' },
  )
}

const NO_RESOURCES = { requests: {}, limits: {} }
const manifestFieldsOf114 = (flannel: boolean): Readonly<Record<string, unknown>> => ({
  proxyConfig: {},
  proxyConfigChecksum: '',
  proxyResources: NO_RESOURCES,
  flannelBackendType: flannel ? 'vxlan' : '',
  flannelBackendPort: flannel ? 4789 : 0,
  flannelBackendMTU: 0,
  flannelBackendExtraConfig: {},
  flannelResources: NO_RESOURCES,
})

/** What Talos applies to a new cluster: CNI, kube-proxy, CoreDNS. */
function publishBootstrapManifests(core: MachineCore, facts: ConfigFacts): void {
  const since113 = atLeast(talosOf(core), '1.13')
  put(
    core,
    'controlplane',
    'BootstrapManifestsConfigs.kubernetes',
    'manifests',
    {
      string: facts.endpoint,
      clusterDomain: 'cluster.local',
      podCIDRs: facts.podSubnets,
      proxyEnabled: facts.proxy.enabled,
      proxyImage: facts.proxy.image,
      proxyArgs: [`--cluster-cidr=${facts.podSubnets.join(',')}`, '--hostname-override=$(NODE_NAME)'],
      coreDNSEnabled: facts.coreDns.enabled,
      coreDNSImage: facts.coreDns.image,
      dnsServiceIP: '10.96.0.10',
      dnsServiceIPv6: '',
      flannelEnabled: facts.flannel,
      flannelImage: `ghcr.io/siderolabs/flannel:v${componentsOf(talosOf(core)).flannel}`,
      flannelExtraArgs: [],
      flannelKubeServiceHost: '',
      flannelKubeServicePort: '',
      ...(since113
        ? {
            flannelKubeNetworkPoliciesEnabled: false,
            flannelKubeNetworkPoliciesImage: '',
            cniName: facts.flannel ? 'flannel' : 'none',
          }
        : {}),
      ...(atLeast(talosOf(core), '1.14') ? manifestFieldsOf114(facts.flannel) : {}),
      podSecurityPolicyEnabled: false,
      talosAPIServiceEnabled: false,
    },
    { owner: 'k8s.ControlPlaneBootstrapManifestsController' },
  )
}

/** The image that really runs, which only 1.14 shows. */
export function publishKubeletStatus(core: MachineCore, isRunning: boolean): void {
  if (!atLeast(talosOf(core), '1.14')) return
  const image = core.life.kubeletImage
  if (!isRunning || image === '') remove(core, 'k8s', 'KubeletStatuses.kubernetes', 'kubelet')
  else
    put(
      core,
      'k8s',
      'KubeletStatuses.kubernetes',
      'kubelet',
      { image },
      { owner: 'k8s.KubeletServiceController' },
    )
}

function publishControlPlaneSpecs(core: MachineCore): void {
  const facts = core.life.active?.facts
  if (!facts) return
  publishBootstrapManifests(core, facts)
  const owner = { owner: 'k8s.ControlPlaneAPIServerController' }
  const args = (component: ComponentFacts): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(component.extraArgs).map(([key, value]) => [
        key,
        atLeast(talosOf(core), '1.13') ? { values: Array.isArray(value) ? value : [String(value)] } : value,
      ]),
    )
  // 1.14 leaves them out where there are none, but for the API server.
  const extraArgs = (component: ComponentFacts): { readonly extraArgs?: Record<string, unknown> } =>
    atLeast(talosOf(core), '1.14') && Object.keys(component.extraArgs).length === 0
      ? {}
      : { extraArgs: args(component) }
  const apiServer = {
    image: facts.apiServer.image,
    cloudProvider: '',
    controlPlaneEndpoint: facts.endpoint,
    etcdServers: ['https://127.0.0.1:2379'],
    localPort: 6443,
    serviceCIDR: facts.serviceSubnets,
    extraArgs: args(facts.apiServer),
    extraVolumes: [],
    environmentVariables: {},
    advertisedAddress: '$(POD_IP)',
    ...(atLeast(talosOf(core), '1.12') ? {} : { podSecurityPolicyEnabled: false }),
    ...(atLeast(talosOf(core), '1.14')
      ? { startupProbesEnabled: false, useAuthenticationConfig: false }
      : {}),
    resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: {} },
  }
  // 1.14 keeps what the config says and what the pod is made of apart (behaviour.md §3.4).
  for (const id of atLeast(talosOf(core), '1.14') ? [API_SERVER, `final-${API_SERVER}`] : [API_SERVER])
    put(core, 'controlplane', 'APIServerConfigs.kubernetes', id, apiServer, owner)
  put(
    core,
    'controlplane',
    'ControllerManagerConfigs.kubernetes',
    'kube-controller-manager',
    {
      enabled: true,
      image: facts.controllerManager.image,
      cloudProvider: '',
      podCIDRs: facts.podSubnets,
      serviceCIDRs: facts.serviceSubnets,
      ...(atLeast(talosOf(core), '1.14') ? { nodeCIDRMaskSizeIPv4: 0, nodeCIDRMaskSizeIPv6: 0 } : {}),
      ...extraArgs(facts.controllerManager),
      extraVolumes: [],
      environmentVariables: {},
      resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: {} },
    },
    owner,
  )
  put(
    core,
    'controlplane',
    'SchedulerConfigs.kubernetes',
    'kube-scheduler',
    {
      enabled: true,
      image: facts.scheduler.image,
      ...extraArgs(facts.scheduler),
      config: {},
      extraVolumes: [],
      environmentVariables: {},
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: {} },
    },
    owner,
  )
  put(
    core,
    'controlplane',
    'Endpoints.kubernetes',
    'controlplane',
    {
      addresses: core.cluster
        .machines()
        .filter((machine) => machine.spec.role === 'controlplane')
        .map((machine) => machine.spec.address),
      ...(atLeast(talosOf(core), '1.12') ? { hosts: [] } : {}),
    },
    { owner: 'k8s.EndpointController' },
  )
  put(
    core,
    'etcd',
    'EtcdSpecs.etcd',
    'etcd',
    {
      name: hostnameOf(core),
      advertisedAddresses: [core.spec.address],
      listenPeerAddresses: ['::'],
      listenClientAddresses: ['::'],
      image: `registry.k8s.io/etcd:v${componentsOf(talosOf(core)).etcd}`,
      extraArgs: {},
    },
    { owner: 'etcd.SpecController' },
  )
  publishStaticPodSpecs(core)
  publishManifests(core)
}

export function publishEtcdMember(core: MachineCore): void {
  put(
    core,
    'etcd',
    'EtcdMembers.etcd',
    'local',
    { memberID: core.cluster.memberIdOf(core.spec.hostname) },
    { owner: 'etcd.MemberController' },
  )
}

export function publishNode(core: MachineCore): void {
  const { life } = core
  if (!life.active || life.active.facts.skipNodeRegistration) return
  const name = hostnameOf(core)
  put(
    core,
    'k8s',
    'NodeStatuses.kubernetes',
    name,
    withoutEmpty({
      nodename: name,
      nodeReady: life.nodeReady,
      unschedulable: life.cordoned || life.others.unschedulable,
      labels: { ...life.others.labels, ...ownLabels(core) },
      annotations: { ...life.others.annotations, ...ownAnnotations(core) },
      podCIDRs: atLeast(talosOf(core), '1.12') ? [podCidr(core)] : undefined,
    }),
    { owner: 'k8s.NodeStatusController' },
  )
  for (const other of core.store.list('k8s', 'NodeStatuses.kubernetes.talos.dev'))
    if (other.id !== name) remove(core, 'k8s', 'NodeStatuses.kubernetes', other.id)
}

/** Labels that the kubelet and Talos set and set again. */
export function ownLabels(core: MachineCore): Readonly<Record<string, string>> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': hostnameOf(core),
    'kubernetes.io/os': 'linux',
    ...(core.spec.role === 'controlplane' ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
    ...core.life.active?.facts.nodeLabels,
  }
}

export function ownAnnotations({ life, spec }: MachineCore): Readonly<Record<string, string>> {
  return {
    'networking.talos.dev/self-ips': spec.address,
    ...(life.cordoned ? { 'talos.dev/cordoned': 'true' } : {}),
  }
}

function podCidr(core: MachineCore): string {
  const number = core.cluster.machines().findIndex((machine) => machine.spec.hostname === core.spec.hostname)
  const [a = '10', b = '244'] = (core.life.active?.facts.podSubnets[0] ?? '10.244.0.0/16').split('.')
  return `${a}.${b}.${Math.max(0, number)}.0/24`
}

/** The local load balancer in front of the API servers. */
export function publishKubePrism(core: MachineCore): void {
  put(
    core,
    'k8s',
    'KubePrismStatuses.kubernetes',
    'k8s-loadbalancer',
    {
      host: 'localhost:7445',
      healthy: core.cluster.kubernetesAnswers(),
    },
    { owner: 'k8s.KubePrismController' },
  )
}
