import type { SimulatedMachine } from '../machine-api.ts'
import { componentsOf } from '../machine/versions.ts'
import type { Condition, KubeNode } from './objects.ts'
import { CONTROL_PLANE_TAINT } from './tolerations.ts'

/** What a machine says of its own node: its NodeStatus (behaviour.md §3.3). */
export interface NodeReport {
  readonly nodename: string
  readonly nodeReady?: boolean
  readonly unschedulable?: boolean
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly podCIDRs?: readonly string[]
}

export const NODE_STATUS = 'NodeStatuses.kubernetes.talos.dev'

/** The machine's NodeStatus; undefined while it has registered none. */
export function reportOf(machine: SimulatedMachine): NodeReport | undefined {
  const [resource] = machine.resources.list('k8s', NODE_STATUS)
  return resource && (resource.spec as NodeReport)
}

/** A node that has registered and not yet said anything of its state. */
export function blankNode(
  machine: SimulatedMachine,
  registration: {
    readonly name: string
    readonly uid: string
    readonly created: string
    readonly podCIDR: string
    /** Where there is no worker the control planes take everything, as such clusters are set up. */
    readonly tainted: boolean
  },
): KubeNode {
  const { spec } = machine
  const { name, uid, created, podCIDR } = registration
  const memory = Math.floor((spec.memoryBytes * 0.975) / 1024)
  const disk = Math.floor((spec.diskBytes * 0.97) / 1024)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid,
      creationTimestamp: created,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(spec.role === 'controlplane' ? { [CONTROL_PLANE_TAINT]: '' } : {}),
      },
    },
    spec: {
      podCIDR,
      podCIDRs: [podCIDR],
      ...(registration.tainted
        ? { taints: [{ key: CONTROL_PLANE_TAINT, effect: 'NoSchedule' as const }] }
        : {}),
    },
    status: {
      capacity: {
        cpu: String(spec.cores),
        'ephemeral-storage': `${disk}Ki`,
        memory: `${memory}Ki`,
        pods: '110',
      },
      allocatable: {
        cpu: `${spec.cores * 1000 - 50}m`,
        'ephemeral-storage': String(Math.floor(disk * 1024 * 0.9)),
        memory: `${memory - 300 * 1024}Ki`,
        pods: '110',
      },
      conditions: [],
      addresses: [
        { type: 'InternalIP', address: spec.address },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfo(machine),
    },
  }
}

/** What the kubelet tells of the system it runs on (behaviour.md §0.1). */
export function nodeInfo(machine: SimulatedMachine): Readonly<Record<string, string>> {
  const { containerd, linux, kubernetes } = componentsOf(machine.talosVersion)
  const [information] = machine.resources.list('hardware', 'SystemInformations.hardware.talos.dev')
  const uuid = /uuid: "?([0-9a-f-]{36})/.exec(information?.yamlSpec ?? '')?.[1] ?? ''
  return {
    architecture: 'amd64',
    bootID: machine.bootId,
    containerRuntimeVersion: `containerd://${containerd}`,
    kernelVersion: `${linux}-talos`,
    kubeProxyVersion: '',
    kubeletVersion: tagOf(machine.kubeletImage ?? '') ?? `v${kubernetes}`,
    machineID: uuid.replaceAll('-', ''),
    operatingSystem: 'linux',
    osImage: `Talos (${machine.talosVersion})`,
    systemUUID: uuid,
  }
}

/** `v1.36.3` of `ghcr.io/siderolabs/kubelet:v1.36.3-fat@sha256:…`. */
export function tagOf(image: string): string | undefined {
  return /:(v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)/.exec(image)?.[1]
}

/** What its kubelet told last. */
export type Heard = 'ready' | 'starting' | 'shutting down' | 'unheard'

const COMPLAINTS: Partial<Record<Heard, string>> = {
  starting: '[container runtime status check may not have completed yet]',
  'shutting down': 'node is shutting down',
}

/** The node's conditions; a time of change stays where nothing changed. */
export function conditionsFor(heard: Heard, before: readonly Condition[], now: string): readonly Condition[] {
  const complaint = COMPLAINTS[heard]
  const conditions: readonly (readonly [string, 'True' | 'False', string, string])[] = [
    ['NetworkUnavailable', 'False', 'FlannelIsUp', 'Flannel is running on this node'],
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    complaint !== undefined
      ? ['Ready', 'False', 'KubeletNotReady', complaint]
      : ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ]
  return conditions.map(([type, status, reason, message]): Condition => {
    const old = before.find((known) => known.type === type)
    const isUnheard = heard === 'unheard' && type !== 'NetworkUnavailable'
    const next = isUnheard ? 'Unknown' : status
    return {
      type,
      status: next,
      lastHeartbeatTime: heard === 'unheard' ? (old?.lastHeartbeatTime ?? now) : now,
      lastTransitionTime: old?.status === next ? old.lastTransitionTime : now,
      reason: isUnheard ? 'NodeStatusUnknown' : reason,
      message: isUnheard ? 'Kubelet stopped posting node status.' : message,
    }
  })
}
