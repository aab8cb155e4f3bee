import type { ServiceSnapshot, SimulatedMachine } from '../machine-api.ts'
import type { CallContext } from './call.ts'
import { goStatusText } from './dispatch.ts'
import { asText, specsOf } from './machine-facts.ts'
import { unreachable } from './routing.ts'

/** The nodes a health check is about, as the caller gave them or discovery knows them; addresses. */
export interface HealthSubject {
  readonly controlPlanes: readonly string[]
  readonly workers: readonly string[]
}

interface HealthCheck {
  readonly name: string
  /** Nothing when all is well, else what is not; throws what the node that was asked would answer. */
  readonly look: () => string | undefined
  /** There is nothing to look at. */
  readonly isSkipped?: () => boolean
}

type Reach = (address: string) => SimulatedMachine

/** All checks of `talosctl health` in their order and words; behaviour.md §10. */
export function healthChecks(
  { cluster }: CallContext,
  { controlPlanes, workers }: HealthSubject,
): readonly HealthCheck[] {
  const all = [...controlPlanes, ...workers]
  const reach: Reach = (address) => {
    const machine = cluster.find(address)
    if (!machine?.isUp) throw unreachable(address, machine?.spec)
    return machine
  }
  const etcd = { members: () => cluster.etcd.members(), controlPlanes, reach }
  return [
    { name: 'etcd to be healthy', look: () => serviceTrouble('etcd', controlPlanes, reach) },
    { name: 'etcd members to be consistent across nodes', look: () => memberTrouble(etcd) },
    { name: 'etcd members to be control plane nodes', look: () => strangerTrouble(etcd) },
    { name: 'apid to be ready', look: () => askAll('version', all, reach) },
    { name: 'all nodes memory sizes', look: () => askAll('memory info', all, reach) },
    { name: 'all nodes disk sizes', look: () => askAll('volume status', all, reach) },
    { name: 'no diagnostics', look: () => diagnosticTrouble(all, reach) },
    { name: 'kubelet to be healthy', look: () => serviceTrouble('kubelet', controlPlanes, reach) },
    { name: 'all nodes to finish boot sequence', look: () => stageTrouble(all, reach) },
    ...kubernetesChecks(cluster, controlPlanes, all, reach),
  ]
}

function kubernetesChecks(
  cluster: CallContext['cluster'],
  controlPlanes: readonly string[],
  all: readonly string[],
  reach: Reach,
): readonly HealthCheck[] {
  const asked = (look: () => string | undefined) => (): string | undefined => {
    const answers = controlPlanes.some((address) => readyPods(cluster.find(address)).includes(APISERVER))
    return answers ? look() : `Get "${cluster.endpoint}/api/v1/nodes": context deadline exceeded`
  }
  const named = (isMeant: (spec: Readonly<Record<string, unknown>> | undefined) => boolean) =>
    all
      .filter((address) => isMeant(nodeStatus(cluster.find(address))))
      .map((address) => nameOf(cluster, address))
  return [
    { name: 'all k8s nodes to report', look: asked(() => undefined) },
    {
      name: 'all control plane static pods to be running',
      look: () =>
        firstOf(controlPlanes, (address) => {
          const there = podsOf(reach(address)).map(({ id }) => id)
          const missing = STATIC_PODS.filter((pod) => !there.some((id) => id.startsWith(pod)))
          return missing.length > 0
            ? `missing static pods on node ${address}: [${missing.join(' ')}]`
            : undefined
        }),
    },
    {
      name: 'all control plane components to be ready',
      look: asked(() =>
        listed(
          'some pods are not ready: ',
          controlPlanes.flatMap((address) => {
            const ready = readyPods(cluster.find(address))
            return STATIC_PODS.filter((pod) => !ready.includes(pod)).map(
              (pod) => `${pod.slice(NAMESPACE.length)}-${nameOf(cluster, address)}`,
            )
          }),
        ),
      ),
    },
    {
      name: 'all k8s nodes to report ready',
      look: asked(() =>
        listed(
          'some nodes are not ready: ',
          named((spec) => spec?.['nodeReady'] !== true),
        ),
      ),
    },
    { name: 'kube-proxy to report ready', ...systemAppCheck(cluster, 'kube-proxy', asked) },
    { name: 'coredns to report ready', ...systemAppCheck(cluster, 'kube-dns', asked) },
    {
      name: 'all k8s nodes to report schedulable',
      look: asked(() =>
        // The check stops at the first one it finds.
        listed(
          'some nodes are not schedulable: ',
          named((spec) => spec?.['unschedulable'] === true).slice(0, 1),
        ),
      ),
    },
  ]
}

/** Left out where the cluster has none of it. */
function systemAppCheck(
  cluster: CallContext['cluster'],
  label: 'kube-proxy' | 'kube-dns',
  asked: (look: () => string | undefined) => () => string | undefined,
): Omit<HealthCheck, 'name'> {
  const selector = `namespace "kube-system" and label selector "k8s-app = ${label}"`
  return {
    isSkipped: () => cluster.kubernetes?.systemApp(label) === 'absent',
    look: asked(() => {
      const state = cluster.kubernetes?.systemApp(label)
      if (state === undefined || typeof state === 'string') return undefined
      return state.notReady.length === 0
        ? `no pods found for ${selector}`
        : `some pods are not ready for ${selector}: [${state.notReady.join(' ')}]`
    }),
  }
}

const NAMESPACE = 'kube-system/'
const APISERVER = 'kube-system/kube-apiserver'
const STATIC_PODS = [APISERVER, 'kube-system/kube-controller-manager', 'kube-system/kube-scheduler']

function podsOf(machine: SimulatedMachine) {
  return specsOf(machine, 'k8s', 'StaticPodStatuses.kubernetes.talos.dev')
}

function readyPods(machine: SimulatedMachine | undefined): readonly string[] {
  if (!machine?.isUp) return []
  return podsOf(machine)
    .filter(({ spec }) => {
      const conditions = spec['conditions']
      return Array.isArray(conditions) && conditions.some(isReady)
    })
    .flatMap(({ id }) => STATIC_PODS.filter((pod) => id.startsWith(pod)))
}

function isReady(condition: { readonly type?: unknown; readonly status?: unknown }): boolean {
  return condition.type === 'Ready' && condition.status === 'True'
}

function nodeStatus(machine: SimulatedMachine | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!machine?.isUp) return undefined
  return specsOf(machine, 'k8s', 'NodeStatuses.kubernetes.talos.dev')[0]?.spec
}

function nameOf(cluster: CallContext['cluster'], address: string): string {
  const machine = cluster.find(address)
  const [name] = machine ? specsOf(machine, 'k8s', 'Nodenames.kubernetes.talos.dev') : []
  return asText(name?.spec['nodename']) || (machine?.spec.hostname ?? address)
}

function listed(what: string, names: readonly string[]): string | undefined {
  return names.length > 0 ? `${what}[${names.join(' ')}]` : undefined
}

function firstOf(
  addresses: readonly string[],
  look: (address: string) => string | undefined,
): string | undefined {
  for (const address of addresses) {
    const trouble = look(address)
    if (trouble !== undefined) return trouble
  }
  return undefined
}

/** Asks each node something that any node that is up can answer. */
function askAll(what: string, addresses: readonly string[], reach: Reach): string | undefined {
  return firstOf(addresses, (address) => {
    try {
      reach(address)
      return undefined
    } catch (error) {
      return `error getting ${what} from node "${address}": ${goStatusText(error)}`
    }
  })
}

function serviceTrouble(id: string, addresses: readonly string[], reach: Reach): string | undefined {
  const lost = askAll(`service info for service "${id}"`, addresses, reach)
  if (lost !== undefined) return lost
  const errors = addresses.flatMap((address) => {
    const service = reach(address)
      .services()
      .find((candidate) => candidate.id === id)
    const trouble = service && stateTrouble(service)
    return trouble === undefined ? [] : [`${address}: ${trouble}`]
  })
  return severalErrors(errors)
}

function stateTrouble({ id, events, health }: ServiceSnapshot): string | undefined {
  const last = events.at(-1)
  if (!last) return `no events recorded yet for service "${id}"`
  if (last.state !== 'Running')
    return `service "${id}" not in expected state "Running": current state [${last.state}] ${last.message}`
  return health.healthy ? undefined : `service is not healthy: ${id}`
}

/** Several errors as the Go library that joins them prints them. */
function severalErrors(errors: readonly string[]): string | undefined {
  if (errors.length === 0) return undefined
  const head = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`
  return `${head}\n${errors.map((error) => `\t* ${error}\n`).join('')}\n`
}

interface Etcd {
  readonly members: () => ReturnType<CallContext['cluster']['etcd']['members']>
  readonly controlPlanes: readonly string[]
  readonly reach: Reach
}

/** The simulated members share one list, so only their number can be wrong. */
function memberTrouble({ members, controlPlanes, reach }: Etcd): string | undefined {
  const lost = askAll('etcd member list', controlPlanes, reach)
  if (lost !== undefined) return lost
  const [expected, actual] = [controlPlanes.length, members().length]
  const [first = ''] = controlPlanes
  return expected === actual ? undefined : `${first}: expected to have ${expected} members, got ${actual}`
}

function strangerTrouble({ members, controlPlanes }: Etcd): string | undefined {
  const addresses = members().flatMap(({ peerUrls }) => peerUrls.map((url) => new URL(url).hostname))
  const quoted = (list: readonly string[]): string => `[${list.map((item) => `"${item}"`).join(' ')}]`
  return addresses.every((address) => controlPlanes.includes(address))
    ? undefined
    : `etcd member ips ${quoted(addresses)} are not subset of control plane node ips ${quoted(controlPlanes)}`
}

function diagnosticTrouble(addresses: readonly string[], reach: Reach): string | undefined {
  const troubled = [...addresses].sort().flatMap((address) => {
    const messages = specsOf(reach(address), 'runtime', 'Diagnostics.runtime.talos.dev').map(({ spec }) =>
      asText(spec['message']),
    )
    return messages.length > 0 ? [`${address}: ${messages.join(', ')}`] : []
  })
  return troubled.length > 0 ? `active diagnostics: ${troubled.join('; ')}` : undefined
}

function stageTrouble(addresses: readonly string[], reach: Reach): string | undefined {
  const stages = new Map<string, string[]>()
  for (const address of [...addresses].sort()) {
    const [status] = specsOf(reach(address), 'runtime', 'MachineStatuses.runtime.talos.dev')
    const stage = asText(status?.spec['stage'])
    if (stage !== 'running') stages.set(stage, [...(stages.get(stage) ?? []), address])
  }
  if (stages.size === 0) return undefined
  const texts = [...stages].sort().map(([stage, nodes]) => `${stage}: [${nodes.join(' ')}]`)
  return `nodes are not running: ${texts.join(', ')}`
}
