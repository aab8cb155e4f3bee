import { talosOf, type MachineCore } from '../core.ts'
import type { ConfigFacts } from '../config/config-file.ts'
import { componentsOf } from '../versions.ts'
import { replaceAll } from './keys.ts'

type Manifest = Readonly<Record<string, unknown>>

/** What Talos wants to be in every cluster, rendered from this node's config (behaviour.md §6). */
export function publishManifests(core: MachineCore): void {
  const facts = core.life.active?.facts
  if (!facts || core.spec.role !== 'controlplane') return
  const flannel = componentsOf(talosOf(core)).flannel
  replaceAll(core, 'controlplane', 'Manifests.kubernetes', 'k8s.ManifestController', {
    '00-kubelet-bootstrapping-token': bootstrapToken(core.secrets.bootstrapToken),
    '01-csr-node-bootstrap': [
      roleBinding('system-bootstrap-node-bootstrapper', 'system:node-bootstrapper', BOOTSTRAPPERS),
    ],
    '01-csr-approver-role-binding': [
      roleBinding(
        'system-bootstrap-approve-node-client-csr',
        'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
        BOOTSTRAPPERS,
      ),
    ],
    '01-csr-renewal-role-binding': [
      roleBinding(
        'system-bootstrap-node-renewal',
        'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
        { kind: 'Group', name: 'system:nodes', apiGroup: RBAC },
      ),
    ],
    '11-kube-config-in-cluster': [kubeconfigInCluster(facts)],
    ...(facts.coreDns.enabled ? { '11-core-dns': coreDns(facts), '11-core-dns-svc': [dnsService()] } : {}),
    ...(facts.flannel ? { '05-flannel': flannelOf(facts, flannel) } : {}),
    ...(facts.proxy.enabled ? { '10-kube-proxy': kubeProxy(facts) } : {}),
  })
}

const RBAC = 'rbac.authorization.k8s.io'
const BOOTSTRAPPERS = { kind: 'Group', name: 'system:bootstrappers:nodes', apiGroup: RBAC }

function bootstrapToken(token: string): readonly Manifest[] {
  const [id = '', secret = ''] = token.split('.')
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      stringData: {
        'token-id': id,
        'token-secret': secret,
        'usage-bootstrap-authentication': 'true',
        'auth-extra-groups': 'system:bootstrappers:nodes',
      },
    },
  ]
}

function roleBinding(name: string, role: string, subject: Manifest): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    subjects: [subject],
    roleRef: { kind: 'ClusterRole', name: role, apiGroup: RBAC },
  }
}

function serviceAccount(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } }
}

function clusterRole(name: string, rules: readonly Manifest[]): Manifest {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules }
}

function accountOf(name: string): Manifest {
  return { kind: 'ServiceAccount', name, namespace: 'kube-system' }
}

function kubeconfigInCluster({ endpoint, clusterName }: ConfigFacts): Manifest {
  const lines = [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: local',
    '  cluster:',
    `    server: ${endpoint}`,
    '    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    'contexts:',
    `- context: {cluster: local, user: ${clusterName}}`,
  ]
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubeconfig-in-cluster', namespace: 'kube-system' },
    data: { kubeconfig: `${lines.join('\n')}\n` },
  }
}

function kubeProxy({ proxy, podSubnets }: ConfigFacts): readonly Manifest[] {
  const labels = { 'k8s-app': 'kube-proxy', tier: 'node' }
  const extra = Object.entries(proxy.extraArgs).map(([name, value]) => `--${name}=${String(value)}`)
  return [
    serviceAccount('kube-proxy'),
    roleBinding('kube-proxy', 'system:node-proxier', accountOf('kube-proxy')),
    daemonSet('kube-proxy', labels, 'system-cluster-critical', {
      name: 'kube-proxy',
      image: proxy.image,
      command: [
        '/usr/local/bin/kube-proxy',
        `--cluster-cidr=${podSubnets.join(',')}`,
        '--conntrack-max-per-core=0',
        '--hostname-override=$(NODE_NAME)',
        '--kubeconfig=/etc/kubernetes/kubeconfig',
        '--proxy-mode=nftables',
        ...extra,
      ],
    }),
  ]
}

function flannelOf({ podSubnets }: ConfigFacts, version: string): readonly Manifest[] {
  const labels = { 'k8s-app': 'flannel', tier: 'node' }
  const network = { Network: podSubnets.join(','), Backend: { Type: 'vxlan', Port: 4789 } }
  return [
    clusterRole('flannel', [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
    ]),
    roleBinding('flannel', 'flannel', accountOf('flannel')),
    serviceAccount('flannel'),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-flannel-cfg', namespace: 'kube-system', labels },
      data: { 'net-conf.json': JSON.stringify(network) },
    },
    daemonSet('kube-flannel', labels, 'system-node-critical', {
      name: 'kube-flannel',
      image: `ghcr.io/siderolabs/flannel:v${version}`,
      command: ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr'],
    }),
  ]
}

function coreDns({ coreDns: { image }, dnsDomain }: ConfigFacts): readonly Manifest[] {
  const labels = { 'k8s-app': 'kube-dns' }
  const corefile = [
    '.:53 {',
    '    errors',
    '    health {',
    '        lameduck 5s',
    '    }',
    '    ready',
    `    kubernetes ${dnsDomain} in-addr.arpa ip6.arpa {`,
    '        pods insecure',
    '        fallthrough in-addr.arpa ip6.arpa',
    '    }',
    '    forward . /etc/resolv.conf',
    '    cache 30',
    '    loop',
    '    reload',
    '    loadbalance',
    '}',
  ]
  return [
    serviceAccount('coredns'),
    clusterRole('system:coredns', [
      {
        apiGroups: [''],
        resources: ['endpoints', 'services', 'pods', 'namespaces'],
        verbs: ['list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ]),
    roleBinding('system:coredns', 'system:coredns', accountOf('coredns')),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'coredns', namespace: 'kube-system' },
      data: { Corefile: `${corefile.join('\n')}\n` },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'coredns', namespace: 'kube-system', labels },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'coredns',
            priorityClassName: 'system-cluster-critical',
            tolerations: [
              { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
            ],
            containers: [{ name: 'coredns', image, args: ['-conf', '/etc/coredns/Corefile'] }],
          },
        },
      },
    },
  ]
}

function dnsService(): Manifest {
  const labels = { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true' }
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels },
    spec: {
      selector: { 'k8s-app': 'kube-dns' },
      clusterIP: '10.96.0.10',
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      ],
    },
  }
}

function daemonSet(
  name: string,
  labels: Readonly<Record<string, string>>,
  priorityClassName: string,
  container: Manifest,
): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name.replace('kube-flannel', 'flannel'),
          priorityClassName,
          hostNetwork: true,
          tolerations: [
            { effect: 'NoSchedule', operator: 'Exists' },
            { effect: 'NoExecute', operator: 'Exists' },
          ],
          containers: [container],
        },
      },
    },
  }
}
