import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RESOURCE_DEFINITIONS, NAMESPACES } from '../../main/simulator/data/resource-definitions.ts'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import type { StoredResource } from '../../main/simulator/machine-api.ts'
import { encodeSpec, protoSpecOf } from '../../main/simulator/wire/proto-spec.ts'
import { loadProtos } from '../../main/simulator/wire/protos.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

let cluster: SimulatedCluster
const protos = loadProtos(PROTOS_DIR)
beforeAll(async () => {
  const lines = ['v1.14.0', 'v1.13.9', 'v1.12.11', 'v1.11.6', 'v1.10.9', 'v1.9.6']
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    nodes: lines.map((talos, index) => ({
      // Dots would make a domain of it.
      hostname: talos.replaceAll('.', '-'),
      role: index < 3 ? 'controlplane' : 'worker',
      talos,
    })),
  })
  cluster.node('v1-14-0').cause('diagnostics')
})
afterAll(async () => cluster[Symbol.asyncDispose]())

function everything(): readonly StoredResource[] {
  return [...cluster.machines.values()].flatMap(({ resources }) =>
    RESOURCE_DEFINITIONS.flatMap(({ type }) =>
      NAMESPACES.flatMap(({ namespace }) => resources.list(namespace, type)),
    ),
  )
}

const DEFINITIONS = loadSync(
  [
    'resource/definitions/block_specs.proto',
    'resource/definitions/cluster_specs.proto',
    'resource/definitions/k8s_specs.proto',
    'resource/definitions/network_specs.proto',
    'resource/definitions/runtime_specs.proto',
    'resource/config/config.proto',
  ],
  { includeDirs: [PROTOS_DIR], longs: String, enums: String, defaults: true },
)

/** Reads the bytes a node sends for that resource with the message of that name. */
function read(message: string, type: string, id: string, hostname = 'v1-14-0'): unknown {
  const found = everything().filter((resource) => resource.type === type && resource.id === id)
  const { resources } = cluster.node(hostname)
  const [resource] = found.filter((one) => resources.get(one) === one)
  const definition = DEFINITIONS[message]
  if (!resource || !definition || !('deserialize' in definition)) throw new Error(`no ${type} ${id}`)
  const { deserialize } = definition as MessageTypeDefinition<object, object>
  return deserialize(protoSpecOf(protos, resource))
}

test('every field of every resource has its place in the protobuf form, on every line', () => {
  const strays = new Set<string>()
  for (const { type, spec } of everything())
    encodeSpec(protos, type, spec, (key) => strays.add(`${type}: ${key}`))
  expect([...strays]).toEqual([])
})

test('every type a node publishes has a protobuf form', () => {
  const bare = everything().filter(
    (resource) => protoSpecOf(protos, resource).length === 0 && !/(: \{\}|: \[\]|^$)/.test(resource.yamlSpec),
  )
  expect([...new Set(bare.map(({ type }) => type))]).toEqual([])
})

test('addresses, roles and the control plane port of a member are read back', () => {
  const member = read('talos.resource.definitions.cluster.MemberSpec', 'Members.cluster.talos.dev', 'v1-13-9')
  const address = cluster.node('v1-13-9').spec.address.split('.').map(Number)
  expect(member).toMatchObject({
    hostname: 'v1-13-9',
    operatingSystem: 'Talos (v1.13.9)',
    machineType: 'TYPE_CONTROL_PLANE',
    addresses: [{ ip: Buffer.from(address) }],
    controlPlane: { apiServerPort: '6443' },
  })
})

test('stage, phases, flags, hardware addresses and prefixes are read back', () => {
  const runtime = 'talos.resource.definitions.runtime'
  expect(read(`${runtime}.MachineStatusSpec`, 'MachineStatuses.runtime.talos.dev', 'machine')).toMatchObject({
    stage: 'MACHINE_STAGE_RUNNING',
    status: { ready: true },
  })
  expect(
    read('talos.resource.definitions.block.VolumeStatusSpec', 'VolumeStatuses.block.talos.dev', 'EPHEMERAL'),
  ).toMatchObject({ phase: 'VOLUME_PHASE_READY', filesystem: 'FILESYSTEM_TYPE_XFS' })
  const lo = read('talos.resource.definitions.network.LinkStatusSpec', 'LinkStatuses.net.talos.dev', 'lo')
  expect(lo).toMatchObject({ type: 'LINK_LOOPBCK', hardwareAddr: Buffer.alloc(6) })
  expect(
    read(
      'talos.resource.definitions.network.AddressStatusSpec',
      'AddressStatuses.net.talos.dev',
      'lo/127.0.0.1/8',
    ),
  ).toMatchObject({
    address: { ip: Buffer.from([127, 0, 0, 1]), prefixLength: 8 },
    scope: 'SCOPE_HOST',
    flags: 0x80,
  })
})

test('a machine type and the status of a static pod are read back', () => {
  expect(
    read('resource.config.MachineTypeSpec', 'MachineTypes.config.talos.dev', 'machine-type', 'v1-9-6'),
  ).toEqual({ machineType: 'WORKER' })
  const pod = read(
    'talos.resource.definitions.k8s.StaticPodStatusSpec',
    'StaticPodStatuses.kubernetes.talos.dev',
    'kube-system/kube-apiserver-v1-14-0',
  )
  expect(pod).toMatchObject({ podStatus: { fields: { phase: { stringValue: 'Running' } } } })
})
