import { hostnameOf, type MachineCore } from '../core.ts'
import { put, remove } from './keys.ts'

export const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const
export type Component = (typeof COMPONENTS)[number]

/** Where the input of each component stands; its version goes into the pod (behaviour.md §3.4). */
const CONFIGS: Readonly<Record<Component, string>> = {
  'kube-apiserver': 'APIServerConfigs.kubernetes.talos.dev',
  'kube-controller-manager': 'ControllerManagerConfigs.kubernetes.talos.dev',
  'kube-scheduler': 'SchedulerConfigs.kubernetes.talos.dev',
}

/** Version of the resource a component is made of; 0 while there is none. */
export function configVersion({ store }: Pick<MachineCore, 'store'>, component: Component): number {
  return store.get({ namespace: 'controlplane', type: CONFIGS[component], id: component })?.version ?? 0
}

/** The pods as the kubelet is to run them: their annotation says of which version of the config they are. */
export function publishStaticPodSpecs(core: MachineCore): void {
  const facts = core.life.active?.facts
  if (!facts || core.spec.role !== 'controlplane') return
  const images: Readonly<Record<Component, string>> = {
    'kube-apiserver': facts.apiServer.image,
    'kube-controller-manager': facts.controllerManager.image,
    'kube-scheduler': facts.scheduler.image,
  }
  for (const component of COMPONENTS)
    put(core, 'k8s', 'StaticPods.kubernetes', component, podOf(core, component, images[component]), {
      owner: 'k8s.ControlPlaneStaticPodController',
    })
}

function podOf(core: MachineCore, component: Component, image: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: component,
      namespace: 'kube-system',
      annotations: {
        'talos.dev/config-version': String(configVersion(core, component)),
        'talos.dev/secrets-version': '1',
        'talos.dev/config-file-version': '1',
      },
      labels: { component, 'k8s-app': component, tier: 'control-plane' },
    },
    spec: {
      containers: [{ name: component, image }],
      hostNetwork: true,
      priorityClassName: 'system-cluster-critical',
    },
  }
}

/** What the kubelet reports of the pods of a control plane. */
export function publishStaticPods(
  core: MachineCore,
  state: 'pending' | 'running' | 'gone',
  components: readonly Component[] = COMPONENTS,
): void {
  if (core.spec.role !== 'controlplane') return
  const name = hostnameOf(core)
  for (const component of components) {
    const id = `kube-system/${component}-${name}`
    if (state === 'gone') {
      remove(core, 'k8s', 'StaticPodStatuses.kubernetes', id)
      continue
    }
    const ready = state === 'running'
    const since = new Date(core.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
    put(
      core,
      'k8s',
      'StaticPodStatuses.kubernetes',
      id,
      {
        phase: ready ? 'Running' : 'Pending',
        conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
          type,
          status: ready || type === 'PodScheduled' || type === 'Initialized' ? 'True' : 'False',
          lastTransitionTime: since,
        })),
        hostIP: core.spec.address,
        podIP: core.spec.address,
        startTime: since,
      },
      { owner: 'k8s.KubeletStaticPodController' },
    )
  }
}
