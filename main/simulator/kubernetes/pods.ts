import { nameSuffix, nowOf, type KubeWorld } from './kube-world.ts'
import {
  conditionOf,
  type Condition,
  type ContainerStatus,
  type OwnerReference,
  type Pod,
  type PodTemplate,
  timestamp,
} from './objects.ts'
import { admitted } from './tolerations.ts'

interface PodRequest {
  readonly namespace: string
  /** A generated end is added. */
  readonly generateName?: string
  readonly name?: string
  /** Absent for a pod that somebody made by hand: nobody makes it again. */
  readonly owner?: OwnerReference
  readonly template: PodTemplate
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly nodeName?: string
  /** Now unless told otherwise. */
  readonly created?: string
}

/** A pod nobody has started yet. */
export function newPod(world: KubeWorld, request: PodRequest): Pod {
  const { generateName, namespace, nodeName, template } = request
  const name = request.name ?? `${generateName ?? ''}${nameSuffix(world.random, 5)}`
  const created = request.created ?? nowOf(world)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(generateName === undefined ? {} : { generateName }),
      namespace,
      uid: world.random.uuid(),
      creationTimestamp: created,
      labels: { ...template.metadata.labels, ...request.labels },
      ...(request.annotations ? { annotations: request.annotations } : {}),
      ...(request.owner ? { ownerReferences: [request.owner] } : {}),
    },
    spec: {
      ...template.spec,
      tolerations: admitted(template.spec.tolerations),
      ...(nodeName === undefined ? {} : { nodeName }),
    },
    status: {
      phase: 'Pending',
      conditions: nodeName === undefined ? [] : [condition('PodScheduled', 'True', created)],
      qosClass: 'BestEffort',
    },
  }
}

export function bound(pod: Pod, nodeName: string, now: string): Pod {
  return {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, conditions: [condition('PodScheduled', 'True', now)] },
  }
}

/** No node takes it; the scheduler says why. */
export function unplaced(pod: Pod, message: string, now: string): Pod {
  const before = conditionOf(pod, 'PodScheduled')
  return {
    ...pod,
    status: {
      ...pod.status,
      conditions: [
        {
          ...condition('PodScheduled', 'False', before?.lastTransitionTime ?? now),
          reason: 'Unschedulable',
          message,
        },
      ],
    },
  }
}

/** Its kubelet has seen it and fetches the images. */
export function creating(pod: Pod, hostIP: string, now: string): Pod {
  const containers = pod.spec.containers.map(({ name, image }): ContainerStatus => ({
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
  }))
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: 'Pending',
      hostIP,
      hostIPs: [{ ip: hostIP }],
      startTime: now,
      conditions: conditions(false, pod, now),
      containerStatuses: containers,
    },
  }
}

/** Started, or started again where it had run before. */
export function running(world: KubeWorld, pod: Pod, place: { readonly podIP: string }, now: string): Pod {
  const before = pod.status.containerStatuses
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: 'Running',
      podIP: place.podIP,
      podIPs: [{ ip: place.podIP }],
      conditions: conditions(true, pod, now),
      containerStatuses: pod.spec.containers.map(({ name, image }): ContainerStatus => {
        const old = before?.find((status) => status.name === name)
        const ran = old?.state.running
        return {
          name,
          image,
          imageID: `${image.replace(/:[^:]*$/, '')}@sha256:${world.random.bytes(32).toString('hex')}`,
          containerID: `containerd://${world.random.bytes(32).toString('hex')}`,
          ready: true,
          started: true,
          restartCount: (old?.restartCount ?? 0) + (ran ? 1 : 0),
          state: { running: { startedAt: now } },
          lastState: ran
            ? {
                terminated: {
                  exitCode: 255,
                  reason: 'Unknown',
                  startedAt: ran.startedAt,
                  finishedAt: now,
                },
              }
            : (old?.lastState ?? {}),
        }
      }),
    },
  }
}

/** Nothing is heard of it any more: what its containers did last stays, ready it is not. */
export function unready(pod: Pod, now: string): Pod {
  return withReady(pod, 'False', now)
}

/** Heard of again, and it never stopped. */
export function ready(pod: Pod, now: string): Pod {
  return withReady(pod, 'True', now)
}

function withReady(pod: Pod, status: 'True' | 'False', now: string): Pod {
  const before = conditionOf(pod, 'Ready')
  if (!before || before.status === status) return pod
  return {
    ...pod,
    status: {
      ...pod.status,
      conditions: pod.status.conditions.map((known) =>
        known.type === 'Ready' ? { ...known, status, lastTransitionTime: now } : known,
      ),
    },
  }
}

export function terminating(pod: Pod, graceSeconds: number, now: number): Pod {
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      deletionTimestamp: timestamp(now + graceSeconds * 1000),
      deletionGracePeriodSeconds: graceSeconds,
    },
  }
}

function conditions(ready: boolean, pod: Pod, now: string): readonly Condition[] {
  const scheduled = conditionOf(pod, 'PodScheduled')?.lastTransitionTime ?? now
  const state = ready ? 'True' : 'False'
  return [
    condition('PodReadyToStartContainers', state, now),
    condition('Initialized', 'True', conditionOf(pod, 'Initialized')?.lastTransitionTime ?? now),
    condition('Ready', state, now),
    condition('ContainersReady', state, now),
    condition('PodScheduled', 'True', scheduled),
  ]
}

function condition(type: string, status: Condition['status'], at: string): Condition {
  return { type, status, lastTransitionTime: at }
}
