import { createHash } from 'node:crypto'
import type { ContainerInfo } from '../../talos/generated/machine/ContainerInfo.ts'
import type { ClusterState } from '../cluster-api.ts'
import { Code, type SimulatedMachine, SimulatedStatus } from '../machine-api.ts'
import { asText, specsOf } from './machine-facts.ts'
import { pidOf, runningServices, SERVICE_CONTAINERS } from './machine-processes.ts'

/** One container as a node lists it, with what the other calls need of it. */
export interface Listed {
  readonly info: ContainerInfo
  /** Resident. */
  readonly mib: number
  /** 64 hex digits of a container in a pod; undefined for a sandbox and for a service of Talos. */
  readonly containerId: string | undefined
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

export interface ContainerPlace {
  readonly machine: SimulatedMachine
  readonly cluster: Pick<ClusterState, 'kubernetes'>
}

/** Resident MiB of well-known programs; others are drawn from their name. */
const PROGRAMS: Readonly<Record<string, number>> = {
  'kube-apiserver': 380,
  'kube-controller-manager': 104,
  'kube-scheduler': 58,
  'kube-proxy': 46,
  'kube-flannel': 38,
  coredns: 34,
}

/**
 * Containers by containerd namespace: Talos' services in `system`, pods in `k8s.io`.
 * @throws in Talos' words for a namespace or driver that has none
 */
export function listContainers(place: ContainerPlace, namespace: string, driver: string): readonly Listed[] {
  if (namespace === '') throw new SimulatedStatus(Code.INVALID_ARGUMENT, "namespace can't be empty")
  if (driver === 'CRI' && namespace !== 'k8s.io')
    throw new Error('CRI inspector is supported only for K8s namespace')
  if (namespace === 'system') return systemContainers(place.machine)
  return namespace === 'k8s.io' ? podContainers(place, driver) : []
}

/** The one an id means: as listed, or without the end of it, which then is the first of that name. */
export function findContainer(
  place: ContainerPlace,
  { namespace, driver, id }: { readonly namespace: string; readonly driver: string; readonly id: string },
): Listed | undefined {
  const listed = listContainers(place, namespace, driver)
  const [name = '', part] = splitId(id)
  return listed.find(({ info }) => {
    if (info.id === id) return true
    return info.id?.startsWith(`${name}:`) && (part === undefined || info.internalId?.includes(part))
  })
}

/** `namespace/pod:container` and, where it has one, the part of its id. */
function splitId(id: string): readonly string[] {
  const [pod = '', container, part] = id.split(':')
  if (container === undefined) return [id]
  return part === undefined ? [`${pod}:${container}`] : [`${pod}:${container}`, part]
}

function systemContainers(machine: SimulatedMachine): readonly Listed[] {
  return runningServices(machine)
    .filter(({ id }) => SERVICE_CONTAINERS.has(id))
    .map(({ id, pid, mib }) => ({
      mib,
      containerId: undefined,
      startedAt: machine.load().bootTime * 1000,
      info: {
        namespace: 'system',
        id,
        podId: id,
        name: id,
        internalId: id,
        image: imageOf(machine, id),
        pid,
        status: 'RUNNING',
      },
    }))
}

function podContainers({ machine, cluster }: ContainerPlace, driver: string): readonly Listed[] {
  if (machine.services().find(({ id }) => id === 'cri')?.state !== 'Running') return []
  return podsOf({ machine, cluster }).flatMap((pod) => {
    const podId = `${pod.namespace}/${pod.name}`
    const status = driver === 'CRI' ? 'CONTAINER_RUNNING' : 'RUNNING'
    const sandboxId = createHash('sha256').update(`${machine.bootId} sandbox ${podId}`).digest('hex')
    const startedAt = Math.min(...pod.containers.map((container) => container.startedAt))
    const sandbox: Listed = {
      mib: 0,
      containerId: undefined,
      startedAt,
      info: {
        namespace: 'k8s.io',
        id: podId,
        podId,
        name: podId,
        internalId: sandboxId,
        image: imageOf(machine, 'pause'),
        pid: pidOf(machine, podId),
        uid: pod.uid,
        networkNamespace: pod.hostNetwork ? '' : netnsOf(pod.uid),
        status: driver === 'CRI' ? 'SANDBOX_READY' : 'RUNNING',
      },
    }
    const containers = pod.containers.map(({ name, image, id, startedAt }): Listed => ({
      mib: PROGRAMS[name] ?? 24 + ((name.length * 37) % 180),
      containerId: id,
      startedAt,
      info: {
        namespace: 'k8s.io',
        id: `${podId}:${name}:${id.slice(0, 12)}`,
        podId,
        name,
        internalId: id,
        image,
        pid: pidOf(machine, id),
        status,
      },
    }))
    return [sandbox, ...containers]
  })
}

/** The name of a pod's network namespace, as the CNI gives it. */
export function netnsOf(uid: string): string {
  return `cni-${uid}`
}

/** From Kubernetes; in a cluster without it the static pods are what there is. */
export function podsOf({
  machine,
  cluster,
}: ContainerPlace): ReturnType<NonNullable<ClusterState['kubernetes']>['podsOn']> {
  const [name] = specsOf(machine, 'k8s', 'Nodenames.kubernetes.talos.dev')
  if (cluster.kubernetes) return cluster.kubernetes.podsOn(asText(name?.spec['nodename']))
  return specsOf(machine, 'k8s', 'StaticPodStatuses.kubernetes.talos.dev').flatMap(({ id, spec }) => {
    const component = Object.keys(PROGRAMS).find((program) => id.includes(`/${program}-`))
    if (component === undefined || spec['phase'] !== 'Running') return []
    const hash = createHash('sha256').update(`${machine.bootId} ${id}`).digest('hex')
    return [
      {
        namespace: 'kube-system',
        name: id.replace('kube-system/', ''),
        uid: hash.slice(0, 32),
        address: machine.spec.address,
        hostNetwork: true,
        containers: [
          {
            name: component,
            image: imageOf(machine, component),
            id: hash,
            startedAt: machine.load().bootTime * 1000 + 60_000,
          },
        ],
      },
    ]
  })
}

function imageOf(machine: SimulatedMachine, id: string): string {
  return machine.images().find(({ name }) => name.includes(`/${id}:`))?.name ?? ''
}
