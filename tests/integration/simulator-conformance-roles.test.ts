import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TalosPort } from '../../main/domain/nodes/talos-port.ts'
import { isFailure } from '../../main/domain/talos-failure.ts'
import type { TalosconfigRole } from '../../main/simulator/wire/serve-cluster.ts'
import { gather, LINES, type Line, minorOf } from '../fakes/mixed-cluster.ts'
import { type OwnClient, ownClient } from '../fakes/own-client.ts'
import { never } from '../fakes/one-node.ts'
import { type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'

/**
 * The authorisation table as our own client meets it: everything it can ask, with every talosconfig that the cluster
 * writes, on every line (behaviour.md §1.6). `simulator-conformance-rpcs` asks every RPC with plain grpc-js.
 */
const ADMIN = ['os:admin'] as const
const OPERATOR = [...ADMIN, 'os:operator'] as const
const READER = [...OPERATOR, 'os:reader'] as const
const ETCD = [...READER, 'os:etcd:backup'] as const
const SNAPSHOT = [...OPERATOR, 'os:etcd:backup'] as const
const ROLES: readonly TalosconfigRole[] = ETCD

type Ask = (port: TalosPort, node: string) => Promise<unknown>
interface Question {
  readonly ask: Ask
  readonly roles: (minor: number) => readonly string[]
  /** Minor release the call came with. */
  readonly since?: number
}

const of = (roles: readonly string[]) => (): readonly string[] => roles
const list =
  (namespace: string, type: string): Ask =>
  (port, node) =>
    port.list(node, { namespace, type: `${type}.talos.dev` }, never)
const apply = { text: 'version: v1alpha1\n', mode: 'auto', dryRun: true } as const
const reset = { graceful: false, reboot: true, mode: 'all', partitions: [], userDisks: [] } as const

const QUESTIONS: Readonly<Record<string, Question>> = {
  version: { ask: (port, node) => port.version(node, never), roles: of(READER) },
  services: { ask: (port, node) => port.services(node, never), roles: of(READER) },
  counters: { ask: (port, node) => port.counters(node, never), roles: of(READER) },
  'log sources': { ask: (port, node) => port.logSources(node, never), roles: of(READER) },
  'kernel log': {
    ask: (port, node) => gather(port.kernelLog(node, { follow: false, tail: false }, never)),
    roles: of(READER),
  },
  'service log': {
    ask: (port, node) =>
      gather(port.serviceLog(node, { id: 'machined', follow: false, tailLines: 1 }, never)),
    roles: of(READER),
  },
  events: {
    ask: (port, node) => gather(port.events(node, { tailEvents: 1 }, never), () => true),
    roles: of(READER),
  },
  'list of statuses': { ask: list('network', 'LinkStatuses.net'), roles: of(READER) },
  'one status': {
    ask: (port, node) =>
      port.get(
        node,
        { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' },
        never,
      ),
    roles: of(READER),
  },
  'list of secrets': { ask: list('secrets', 'OSRootSecrets.secrets'), roles: of(ADMIN) },
  'list of link specs': { ask: list('network', 'LinkSpecs.net'), roles: of(ADMIN) },
  // Not to be read by others from 1.12 on.
  'list of kubelet specs': {
    ask: list('k8s', 'KubeletSpecs.kubernetes'),
    roles: (minor) => (minor >= 12 ? ADMIN : READER),
  },
  // Read from /proc before there is a resource.
  'boot id': {
    ask: (port, node) => port.bootId(node, never),
    roles: (minor) => (minor >= 14 ? READER : ADMIN),
  },
  'machine config': { ask: (port, node) => port.readMachineConfig(node, 'active', never), roles: of(ADMIN) },
  'dry run': { ask: (port, node) => port.applyConfiguration(node, apply, never), roles: of(ADMIN) },
  kubeconfig: { ask: (port, node) => port.kubeconfig(node, never), roles: of(ADMIN) },
  'etcd members': { ask: (port, node) => port.etcdMembers(node, never), roles: of(ETCD) },
  'etcd status': { ask: (port, node) => port.etcdStatus(node, never), roles: of(ETCD) },
  'etcd alarms': { ask: (port, node) => port.etcdAlarms(node, never), roles: of(ETCD) },
  'etcd snapshot': { ask: (port, node) => gather(port.etcdSnapshot(node, never)), roles: of(SNAPSHOT) },
  'etcd leader': { ask: (port, node) => port.etcdForfeitLeadership(node, never), roles: of(ADMIN) },
  'etcd removal': {
    ask: (port, node) => port.etcdRemoveMember(node, '00000000000000aa', never),
    roles: of(ADMIN),
  },
  'service restart': {
    ask: (port, node) => port.serviceAction(node, 'kubelet', 'restart', never),
    roles: of(OPERATOR),
  },
  reboot: { ask: (port, node) => port.reboot(node, 'default', never), roles: of(OPERATOR) },
  shutdown: { ask: (port, node) => port.shutdown(node, false, never), roles: of(OPERATOR) },
  reset: { ask: (port, node) => port.reset(node, reset, never), roles: of(ADMIN) },
  rollback: { ask: (port, node) => port.rollback(node, never), roles: of(ADMIN) },
  'old upgrade': {
    ask: (port, node) => port.upgradeLegacy(node, { image: 'installer', stage: false }, never),
    roles: of(ADMIN),
  },
  pull: {
    ask: (port, node) => gather(port.pullImage(node, 'installer', never)),
    roles: of(OPERATOR),
    since: 13,
  },
  'pull for later': {
    ask: (port, node) => port.prePullImage(node, 'installer', 'cri', never),
    roles: of(OPERATOR),
  },
}

let cluster: SmallCluster
const ports = new Map<TalosconfigRole, OwnClient>()
beforeAll(async () => {
  // Machines without a life: a reset or a reboot of one is only written down.
  cluster = await startSmallCluster(LINES.map((talos) => ({ hostname: hostOf(talos), talos })))
  for (const line of LINES) {
    const machine = cluster.machine(hostOf(line))
    machine.tell({ actorId: '', type: 'TaskEvent', payload: { task: 'x', action: 'START' } })
    machine.installerOutput = [{ message: 'running' }]
    if (minorOf(line) >= 14)
      machine.resources.put(
        { namespace: 'runtime', type: 'BootIDs.runtime.talos.dev', id: 'boot-id' },
        { bootID: 'b' },
      )
  }
  for (const role of ROLES) ports.set(role, ownClient(cluster.served.talosconfig(role)))
})
afterAll(async () => {
  for (const port of ports.values()) port.close()
  await cluster[Symbol.asyncDispose]()
})

function hostOf(line: Line): string {
  return `n${line.replaceAll('.', '-')}`
}

/** Everything but a refusal for the role or the version is an answer. */
async function outcome(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
    return 'served'
  } catch (error) {
    if (isFailure(error, 'unreachable', 'timeout', 'interrupted', 'cancelled'))
      return `lost: ${String(error)}`
    return isFailure(error, 'role-too-low', 'unsupported-by-version') ? error.code : 'served'
  }
}

describe.each(LINES)('%s', (line) => {
  test.each(ROLES)(
    'our client as %s is served what the role allows, and told what it does not',
    async (role) => {
      const { address, port } = cluster.machine(hostOf(line)).spec
      const client = ports.get(role)
      if (!client) throw new Error(`no client for ${role}`)
      const minor = minorOf(line)
      const outcomes = await Promise.all(
        Object.entries(QUESTIONS).map(
          async ([name, { ask }]) => [name, await outcome(ask(client, `${address}:${port}`))] as const,
        ),
      )
      const expected = Object.entries(QUESTIONS).map(([name, { roles, since = 0 }]) => {
        if (minor < since) return [name, 'unsupported-by-version']
        return [name, roles(minor).includes(role) ? 'served' : 'role-too-low']
      })
      expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected))
    },
  )

  test('the installer of the new way is an administrator’s, from 1.13 on', async () => {
    const { address, port } = cluster.machine(hostOf(line)).spec
    const has = minorOf(line) >= 13
    for (const [role, allowed] of [
      ['os:admin', true],
      ['os:operator', false],
      ['os:reader', false],
    ] as const) {
      const frames = gather(ports.get(role)!.install(`${address}:${port}`, 'installer', never), () => true)
      expect([role, await outcome(frames)]).toEqual([
        role,
        has ? (allowed ? 'served' : 'role-too-low') : 'unsupported-by-version',
      ])
    }
  })
})
