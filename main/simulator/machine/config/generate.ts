import type { MachineSpec } from '../../machine-api.ts'
import type { ClusterSecrets } from '../../secrets-api.ts'
import { schematicId } from '../schematic.ts'
import { atLeast, componentsOf } from '../versions.ts'
import type { GenerateRequest } from './generate-request.ts'
import { multidocConfig } from './kube-documents.ts'

/**
 * A MachineConfig as `talosctl gen config` writes it for that version, with the comments it puts beside the
 * fields, plus what a home lab adds by hand (behaviour.md §9.4). Nodes of 1.14 get the 1.13 contract, which they take,
 * unless their plan asks for that of 1.14.
 */
export function generateConfig(request: Omit<GenerateRequest, 'installerImage'>): string {
  const { spec } = request
  const full = { ...request, installerImage: installerImage(spec) }
  const more = [
    ...(atLeast(spec.talos, '1.12') ? networkDocuments(full) : []),
    ...(spec.role === 'worker' && atLeast(spec.talos, '1.10') ? [longhornVolume()] : []),
  ]
  if (spec.contract === '1.14' && atLeast(spec.talos, '1.14')) return multidocConfig(full, more)
  const legacy = [...machineSection(full), ...clusterSection(full)].join('\n')
  return `${[legacy, ...more].join('\n---\n')}\n`
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function machineSection({ spec, secrets, link, installerImage }: GenerateRequest): string[] {
  const { talos } = spec
  const controlPlane = spec.role === 'controlplane'
  const kubernetes = spec.kubernetes ?? componentsOf(talos).kubernetes
  return [
    'version: v1alpha1 # Indicates the schema used to decode the contents.',
    'debug: false # Enable verbose logging to the console.',
    ...(atLeast(talos, '1.12') ? [] : ['persist: true']),
    '# Provides machine specific configuration options.',
    'machine:',
    `    type: ${spec.role} # Defines the role of the machine within the cluster.`,
    `    token: ${secrets.trustdToken} # The \`token\` is used by a machine to join the PKI of the cluster.`,
    '    # The root certificate authority of the PKI.',
    '    ca:',
    `        crt: ${base64(secrets.os.crt)}`,
    `        key: ${controlPlane ? base64(secrets.os.key) : '""'}`,
    "    # Extra certificate subject alternative names for the machine's certificate.",
    '    certSANs: []',
    '    # Used to provide additional options to the kubelet.',
    '    kubelet:',
    `        image: ghcr.io/siderolabs/kubelet:v${kubernetes} # The \`image\` field is an optional reference to an alternative kubelet image.`,
    '        defaultRuntimeSeccompProfileEnabled: true # Enable container runtime default Seccomp profile.',
    '        disableManifestsDirectory: true # The `disableManifestsDirectory` field configures the kubelet to get static pod manifests from the /etc/kubernetes/manifests directory.',
    ...(atLeast(talos, '1.12') ? [] : legacyNetwork(spec, link)),
    '    # Used to provide instructions for installations.',
    '    install:',
    '        disk: /dev/nvme0n1 # The disk used for installations.',
    `        image: ${installerImage} # Allows for supplying the image used to perform the installation.`,
    '        wipe: false # Indicates if the installation disk should be wiped at installation time.',
    ...(atLeast(talos, '1.12')
      ? [
          '        grubUseUKICmdline: true # Indicates if legacy GRUB bootloader should use kernel cmdline from the UKI.',
        ]
      : spec.bootLoader === 'grub' && spec.kernelArguments.length > 0
        ? [`        extraKernelArgs: ${JSON.stringify(spec.kernelArguments)}`]
        : []),
    "    # Used to configure the machine's sysctls.",
    '    sysctls:',
    '        vm.max_map_count: "262144"',
    ...(atLeast(talos, '1.12') ? [] : registryAuth()),
    '    # Features describe individual Talos features that can be switched on or off.',
    '    features:',
    ...(atLeast(talos, '1.12')
      ? []
      : [
          '        rbac: true # Enable role-based access control (RBAC).',
          '        apidCheckExtKeyUsage: true # Enable checks for extended key usage of client certificates in apid.',
        ]),
    '        diskQuotaSupport: true # Enable XFS project quota support for EPHEMERAL partition and user disks.',
    '        # KubePrism - local proxy/load balancer on defined port that will distribute',
    '        kubePrism:',
    '            enabled: true # Enable KubePrism support - will start local load balancing proxy.',
    '            port: 7445 # KubePrism port.',
    '        # Configures host DNS caching resolver.',
    '        hostDNS:',
    '            enabled: true # Enable host DNS caching resolver.',
    '            forwardKubeDNSToHost: true # Use the host DNS resolver as upstream for Kubernetes CoreDNS pods.',
    ...(controlPlane
      ? [
          '    # Configures the node labels for the machine.',
          '    nodeLabels:',
          '        node.kubernetes.io/exclude-from-external-load-balancers: ""',
        ]
      : []),
  ]
}

function installerImage(spec: MachineSpec): string {
  const id = schematicId({ extensions: spec.extensions, kernelArguments: spec.kernelArguments })
  return `factory.talos.dev/metal-installer/${id}:${spec.talos}`
}

function legacyNetwork(spec: MachineSpec, link: string): string[] {
  return [
    '    # Provides machine specific network configuration options.',
    '    network:',
    `        hostname: ${spec.hostname} # Used to statically set the hostname for the machine.`,
    '        # `interfaces` is used to define the network interface configuration.',
    '        interfaces:',
    `            - interface: ${link} # The interface name.`,
    '              # Assigns static IP addresses to the interface.',
    '              addresses:',
    `                - ${spec.address}/24`,
    '              # A list of routes associated with the interface.',
    '              routes:',
    "                - network: 0.0.0.0/0 # The route's network (destination).",
    `                  gateway: ${gatewayOf(spec.address)} # The route's gateway (if empty, creates link scope route).`,
    '        # Used to statically set the nameservers for the machine.',
    '        nameservers:',
    '            - 1.1.1.1',
    '            - 9.9.9.9',
  ]
}

function registryAuth(): string[] {
  return [
    "    # Used to configure the machine's container image registry mirrors.",
    '    registries:',
    '        config:',
    '            ghcr.io:',
    '                # The auth configuration for this registry.',
    '                auth:',
    '                    username: homelab # Optional registry authentication.',
    '                    password: correct-horse-battery # Optional registry authentication.',
  ]
}

function clusterSection({ spec, clusterName, endpoint, secrets }: GenerateRequest): string[] {
  const controlPlane = spec.role === 'controlplane'
  return [
    '# Provides cluster specific configuration options.',
    'cluster:',
    `    id: ${secrets.clusterId} # Globally unique identifier for this cluster (base64 encoded random 32 bytes).`,
    `    secret: ${secrets.clusterSecret} # Shared secret of cluster (base64 encoded random 32 bytes).`,
    '    # Provides control plane specific configuration options.',
    '    controlPlane:',
    `        endpoint: ${endpoint} # Endpoint is the canonical controlplane endpoint, which can be an IP address or a DNS hostname.`,
    `    clusterName: ${clusterName} # Configures the cluster's name.`,
    '    # Provides cluster specific network configuration options.',
    '    network:',
    '        dnsDomain: cluster.local # The domain used by Kubernetes DNS.',
    '        # The pod subnet CIDR.',
    '        podSubnets:',
    '            - 10.244.0.0/16',
    '        # The service subnet CIDR.',
    '        serviceSubnets:',
    '            - 10.96.0.0/12',
    `    token: ${secrets.bootstrapToken} # The bootstrap token used to join the cluster.`,
    ...(controlPlane
      ? [
          `    secretboxEncryptionSecret: ${secrets.secretboxSecret} # A key used for the encryption of secret data at rest.`,
        ]
      : []),
    '    # The base64 encoded root certificate authority used by Kubernetes.',
    '    ca:',
    `        crt: ${base64(secrets.kubernetes.crt)}`,
    `        key: ${controlPlane ? base64(secrets.kubernetes.key) : '""'}`,
    ...(controlPlane ? controlPlaneOnly(spec, endpoint, secrets) : []),
    '    # Configures cluster member discovery.',
    '    discovery:',
    '        enabled: true # Enable the cluster membership discovery feature.',
    '        # Configure registries used for cluster member discovery.',
    '        registries:',
    '            # Kubernetes registry uses Kubernetes API server to discover cluster members and stores additional information',
    '            kubernetes:',
    '                disabled: true # Disable Kubernetes discovery registry.',
    '            # Service registry is using an external service to push and pull information about cluster members.',
    '            service: {}',
    ...(controlPlane
      ? [
          '    # Etcd specific configuration options.',
          '    etcd:',
          '        # The `ca` is the root certificate authority of the PKI.',
          '        ca:',
          `            crt: ${base64(secrets.etcd.crt)}`,
          `            key: ${base64(secrets.etcd.key)}`,
        ]
      : []),
  ]
}

function controlPlaneOnly(spec: MachineSpec, endpoint: string, secrets: ClusterSecrets): string[] {
  const kubernetes = spec.kubernetes ?? componentsOf(spec.talos).kubernetes
  return [
    '    # The base64 encoded aggregator certificate authority used by Kubernetes for front-proxy certificate generation.',
    '    aggregatorCA:',
    `        crt: ${base64(secrets.aggregator.crt)}`,
    `        key: ${base64(secrets.aggregator.key)}`,
    '    # The base64 encoded private key for service account token generation.',
    '    serviceAccount:',
    `        key: ${base64(secrets.serviceAccountKey)}`,
    '    # API server specific configuration options.',
    '    apiServer:',
    `        image: registry.k8s.io/kube-apiserver:v${kubernetes} # The container image used in the API server manifest.`,
    "        # Extra certificate subject alternative names for the API server's certificate.",
    '        certSANs:',
    `            - ${new URL(endpoint).hostname}`,
    '    # Controller manager server specific configuration options.',
    '    controllerManager:',
    `        image: registry.k8s.io/kube-controller-manager:v${kubernetes} # The container image used in the controller manager manifest.`,
    '    # Kube-proxy server-specific configuration options',
    '    proxy:',
    `        image: registry.k8s.io/kube-proxy:v${kubernetes} # The container image used in the kube-proxy manifest.`,
    '    # Scheduler server specific configuration options.',
    '    scheduler:',
    `        image: registry.k8s.io/kube-scheduler:v${kubernetes} # The container image used in the scheduler manifest.`,
  ]
}

/** What 1.12 and later keep in documents of their own. */
function networkDocuments({ spec, link }: GenerateRequest): string[] {
  return [
    `apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: ${spec.hostname} # A static hostname to set for the machine.`,
    [
      'apiVersion: v1alpha1',
      'kind: LinkConfig',
      `name: ${link} # Name of the link (interface).`,
      '# Configure addresses to be statically assigned to the link.',
      'addresses:',
      `    - address: ${spec.address}/24 # IP address to be assigned to the link.`,
      '# Configure routes to be statically created via the link.',
      'routes:',
      `    - gateway: ${gatewayOf(spec.address)} # The route's gateway (if empty, creates link scope route).`,
    ].join('\n'),
    [
      'apiVersion: v1alpha1',
      'kind: ResolverConfig',
      '# A list of nameservers (DNS servers) to use for resolving domain names.',
      'nameservers:',
      '    - address: 1.1.1.1 # The IP address of the nameserver.',
      '    - address: 9.9.9.9',
      ...(spec.contract === '1.14'
        ? [
            '# Configures host DNS caching resolver.',
            'hostDNS:',
            '    enabled: true # Enable host DNS caching resolver.',
            '    forwardKubeDNSToHost: true # Use the host DNS resolver as upstream for Kubernetes CoreDNS pods.',
          ]
        : []),
    ].join('\n'),
    [
      'apiVersion: v1alpha1',
      'kind: RegistryAuthConfig',
      'name: ghcr.io # Registry endpoint to apply the authentication configuration to.',
      'username: homelab # Username for the registry authentication.',
      'password: correct-horse-battery # Password for the registry authentication.',
    ].join('\n'),
  ]
}

function longhornVolume(): string {
  return [
    'apiVersion: v1alpha1',
    'kind: UserVolumeConfig',
    'name: longhorn # Name of the volume.',
    '# The provisioning describes how the volume is provisioned.',
    'provisioning:',
    '    # The disk selector expression.',
    '    diskSelector:',
    "        match: disk.transport == 'sata' # The Common Expression Language (CEL) expression to match the disk.",
    '    minSize: 100GiB # The minimum size of the volume.',
    '# The filesystem describes how the volume is formatted.',
    'filesystem:',
    '    type: xfs # Filesystem type. Default is `xfs`.',
  ].join('\n')
}

export function gatewayOf(address: string): string {
  return address.replace(/\.\d+$/, '.1')
}
