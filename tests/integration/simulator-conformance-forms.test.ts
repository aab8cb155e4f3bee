import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  byLine,
  LINES,
  type Line,
  minorOf,
  type MixedCluster,
  startMixedCluster,
} from '../fakes/mixed-cluster.ts'
import { metadataOf } from '../fakes/small-cluster.ts'

/**
 * What a control plane of each line says in the form that people read, held against what Go's writer makes of Talos'
 * own types (keys it leaves out, keys it writes though they are zero), and what hangs together across calls.
 */
const LIST = '/cosi.resource.State/List'
const M = '/machine.MachineService'

let mixed: MixedCluster
beforeAll(async () => {
  mixed = await startMixedCluster({
    controlPlanes: LINES,
    workers: [],
    kubernetes: false,
    spares: [{ talos: 'v1.13.9', hostname: 'blank' }],
  })
})
afterAll(async () => mixed[Symbol.asyncDispose]())

type Spec = Readonly<Record<string, unknown>>

/** Specs by id, of the YAML form. */
async function specs(line: Line, namespace: string, type: string): Promise<Readonly<Record<string, Spec>>> {
  const frames = await mixed.wire(line).stream(LIST, { namespace, type }).all()
  return Object.fromEntries(
    frames.map(({ resource }) => [
      resource?.metadata?.id ?? '',
      parse(resource?.spec?.yamlSpec ?? '') as Spec,
    ]),
  )
}

const same = (value: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(LINES.map((line) => [line, value]))

test('keys that Go leaves out when they are zero are not there', async () => {
  const stray = await byLine(async (line) => {
    const disks = Object.values(await specs(line, 'runtime', 'Disks.block.talos.dev'))
    const volumes = Object.values(await specs(line, 'runtime', 'VolumeStatuses.block.talos.dev'))
    const addresses = Object.values(await specs(line, 'network', 'AddressStatuses.net.talos.dev'))
    const states = Object.values(await specs(line, 'runtime', 'SecurityStates.talos.dev'))
    expect(Math.min(disks.length, volumes.length, addresses.length)).toBeGreaterThan(1)
    return [
      ...disks.filter((spec) => spec['rotational'] === false),
      ...volumes.filter((spec) => spec['filesystem'] === 'none' || spec['encryptionProvider'] === 'none'),
      ...addresses.filter((spec) => 'local' in spec),
      ...states.filter((spec) => spec['fipsState'] === 'disabled'),
    ]
  })
  expect(stray).toEqual(same([]))
})

test('keys that Go always writes are there, zero or not, from the release that has them', async () => {
  const found = await byLine(async (line) => {
    const { lo } = await specs(line, 'network', 'LinkStatuses.net.talos.dev')
    const address = (await specs(line, 'network', 'AddressStatuses.net.talos.dev'))['lo/127.0.0.1/8']
    const { controlplane } = await specs(line, 'controlplane', 'Endpoints.kubernetes.talos.dev')
    const { manifests } = await specs(line, 'controlplane', 'BootstrapManifestsConfigs.kubernetes.talos.dev')
    const api = await specs(line, 'controlplane', 'APIServerConfigs.kubernetes.talos.dev')
    const manager = await specs(line, 'controlplane', 'ControllerManagerConfigs.kubernetes.talos.dev')
    const { k8s } = await specs(line, 'secrets', 'KubernetesRootSecrets.secrets.talos.dev')
    const of = (spec: Spec | undefined, ...keys: readonly string[]): readonly string[] =>
      keys.filter((key) => key in (spec ?? {}))
    return [
      ...of(lo, 'kind', 'slaveKind'),
      ...of(address, 'priority'),
      ...of(controlplane, 'hosts'),
      ...of(
        manifests,
        'dnsServiceIPv6',
        'flannelExtraArgs',
        'flannelKubeNetworkPoliciesImage',
        'proxyConfig',
      ),
      ...of(api['kube-apiserver'], 'podSecurityPolicyEnabled', 'startupProbesEnabled', 'extraArgs'),
      ...of(manager['kube-controller-manager'], 'nodeCIDRMaskSizeIPv4', 'extraArgs'),
      ...of(k8s, 'aesCBCEncryptionSecret', 'issuerURL'),
    ].join(' ')
  })
  const upTo111 =
    'kind slaveKind priority dnsServiceIPv6 flannelExtraArgs podSecurityPolicyEnabled extraArgs extraArgs aesCBCEncryptionSecret'
  expect(found).toEqual({
    'v1.14.0':
      'kind slaveKind priority hosts dnsServiceIPv6 flannelExtraArgs flannelKubeNetworkPoliciesImage proxyConfig startupProbesEnabled extraArgs nodeCIDRMaskSizeIPv4 aesCBCEncryptionSecret issuerURL',
    'v1.13.9':
      'kind slaveKind priority hosts dnsServiceIPv6 flannelExtraArgs flannelKubeNetworkPoliciesImage extraArgs extraArgs aesCBCEncryptionSecret',
    'v1.12.11':
      'kind slaveKind priority hosts dnsServiceIPv6 flannelExtraArgs extraArgs extraArgs aesCBCEncryptionSecret',
    'v1.11.6': upTo111,
    'v1.10.9': upTo111,
    'v1.9.6': upTo111.replace(' priority', ''),
  })
})

test('a URL is written by its parts, and by itself in the protobuf form', async () => {
  const frames = await byLine(async (line) => {
    const [frame] = await mixed
      .wire(line)
      .stream(LIST, { namespace: 'secrets', type: 'KubernetesRootSecrets.secrets.talos.dev' })
      .all()
    const spec = parse(frame?.resource?.spec?.yamlSpec ?? '') as Spec
    return [
      (spec['local_endpoint'] as Spec)['host'],
      frame?.resource?.spec?.protoSpec.includes('https://localhost:6443'),
    ]
  })
  expect(frames).toEqual(same(['localhost:6443', true]))
})

test('a namespace says what it is for, and a name means one type', async () => {
  const found = await byLine(async (line) => {
    const namespaces = await specs(line, 'meta', 'Namespaces.meta.cosi.dev')
    const definitions = Object.values(await specs(line, 'meta', 'ResourceDefinitions.meta.cosi.dev'))
    const named = definitions.filter((spec) =>
      (spec['allAliases'] as readonly string[]).includes('mountstatuses'),
    )
    const information = definitions.find((spec) => spec['displayType'] === 'SystemInformation')
    return [
      namespaces['config']?.['description'],
      named.map((spec) => spec['type']).join(),
      (information?.['aliases'] as readonly string[]).join(' '),
    ]
  })
  const answer = (type: string): readonly string[] => [
    'Talos node configuration.',
    `MountStatuses.${type}.talos.dev`,
    // Twice: Talos names it by hand as it would have been named anyway.
    'systeminformation systeminformation si sis',
  ]
  expect(found).toEqual({ ...same(answer('block')), 'v1.9.6': answer('runtime') })
})

test('the kernel log from its end on is empty when nobody waits for more', async () => {
  const frames = await byLine(async (line) => {
    const { length } = await mixed.wire(line).stream(`${M}/Dmesg`, { tail: true }).all()
    return length
  })
  expect(frames).toEqual(same(0))
})

test('a service has one PID: in its events, among the processes, in its container', async () => {
  const pids = await byLine(async (line) => {
    const wire = mixed.wire(line)
    const { messages: services } = await wire.unary(`${M}/ServiceList`)
    const events = services[0]?.services.find(({ id }) => id === 'kubelet')?.events?.events ?? []
    const told = events.flatMap(({ msg }) => /\(PID (\d+)\)/.exec(msg)?.[1] ?? []).at(-1)
    const { messages: processes } = await wire.unary(`${M}/Processes`)
    const process = processes[0]?.processes.find(({ command }) => command === 'kubelet')
    const { messages: containers } = await wire.unary(`${M}/Containers`, { namespace: 'system' })
    const container = containers[0]?.containers.find(({ id }) => id === 'kubelet')
    expect(process?.pid).toBeGreaterThan(1)
    return [Number(told) === process?.pid, container?.pid === process?.pid]
  })
  expect(pids).toEqual(same([true, true]))
})

test('what holds the pods open is the pause image of the line', async () => {
  const pauses = await byLine(async (line) => {
    const frames = await mixed.wire(line).stream(`${M}/ImageList`, { namespace: 'NS_CRI' }).all()
    return frames.map(({ name }) => name).filter((name) => name.includes('/pause:'))
  })
  const tag = (minor: number): string => (minor >= 14 ? '3.10.2' : minor >= 12 ? '3.10.1' : '3.10')
  expect(pauses).toEqual(
    Object.fromEntries(LINES.map((line) => [line, [`registry.k8s.io/pause:${tag(minorOf(line))}`]])),
  )
})

test('a machine that waits for its config is no member to the others: they cannot verify who it is', async () => {
  const { address } = mixed.cluster.node('blank').spec
  const asked = await byLine(async (line) =>
    mixed
      .wire(line)
      .unary(`${M}/Version`, {}, metadataOf({ node: address }))
      .then(() => 'answered')
      .catch((error: unknown) => [(error as { code: number }).code, (error as { details: string }).details]),
  )
  expect(asked).toEqual(
    same([
      14,
      'connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
    ]),
  )
})
