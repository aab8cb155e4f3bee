import { parse } from 'yaml'
import { cluster, conditionsOf, kube, nodeOf } from './deaths-scene.ts'

/** In the order of an upgrade. */
export const COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
] as const
export type Component = (typeof COMPONENTS)[number]

/** One image of the cluster: what the node's config has and what Kubernetes says that runs. */
export interface Standing {
  readonly hostname: string
  readonly address: string
  readonly component: Component
  readonly written: string
  /** Absent for kube-proxy, whose pods follow the manifests. */
  readonly running: string | undefined
}

const tagOf = (image: string): string => image.slice(image.lastIndexOf(':') + 1)

/** Config of a machine as it has it now. */
export function configOf(hostname: string): string {
  const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
  const { yamlSpec = '' } = cluster.node(hostname).resources.get(key) ?? {}
  // As the nodes write it from 1.12 on: the text inside a YAML text.
  return String(parse(yamlSpec))
}

/** Every image in the order in which an upgrade goes, as machines and Kubernetes have it. */
export async function standings(): Promise<readonly Standing[]> {
  const machines = [...cluster.machines.values()].map(({ spec }) => spec)
  const all = COMPONENTS.flatMap((component) =>
    machines
      .filter(({ role }) => component === 'kubelet' || role === 'controlplane')
      .map(({ hostname, address }) => ({ hostname, address, component })),
  )
  return Promise.all(
    all.map(async (one) => ({
      ...one,
      written: writtenIn(configOf(one.hostname), one.component),
      running: await runningOn(one.hostname, one.component),
    })),
  )
}

/** The components whose image a config has at a version. */
export function componentsAt(config: string, version: string): readonly Component[] {
  return COMPONENTS.filter((component) => config.includes(`/${component}:${version}`))
}

/** Each image is named once in a config. */
function writtenIn(config: string, component: Component): string {
  const found = [...config.matchAll(new RegExp(`^ *image: (\\S+/${component}:\\S+)`, 'gm'))]
  if (found.length !== 1) throw new Error(`${component} is named ${found.length} times`)
  return tagOf(found[0]?.[1] ?? '')
}

async function runningOn(hostname: string, component: Component): Promise<string | undefined> {
  if (component === 'kube-proxy') return undefined
  if (component === 'kubelet') return (await nodeOf(hostname)).status.nodeInfo['kubeletVersion']
  const { body } = await kube.get(`/api/v1/namespaces/kube-system/pods/${component}-${hostname}`)
  return tagOf(body.spec.containers[0]?.image ?? '')
}

export function stands({ written, running }: Standing, version: string): boolean {
  return written === version && (running === undefined || running === version)
}

/** What is not as it is to be: a pod or a node that is not Ready, or that does not run what its config says. */
export async function unsettled(): Promise<readonly string[]> {
  try {
    const found = await standings()
    const behind = found
      .filter(({ written, running }) => running !== undefined && running !== written)
      .map(({ hostname, component }) => `${hostname} ${component}`)
    const nodes = (await kube.get('/api/v1/nodes')).body.items
    const pods = (await kube.get('/api/v1/namespaces/kube-system/pods')).body.items
    const notReady = [...nodes, ...pods].filter((one) => !conditionsOf(one).includes('Ready True'))
    const proxy = await proxyPods()
    return [
      ...behind,
      ...notReady.map(({ metadata }) => metadata.name),
      ...(proxy.updated === proxy.wanted && proxy.available === proxy.wanted ? [] : ['kube-proxy pods']),
    ]
  } catch (error) {
    // Its API server is among what restarts.
    return [String(error)]
  }
}

/** The DaemonSet of kube-proxy: what it runs, and how far its pods are. */
export async function proxyPods(): Promise<{
  readonly version: string
  readonly wanted: number
  readonly updated: number
  readonly available: number
}> {
  const { spec, status } = (await kube.get('/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy')).body
  return {
    version: tagOf(spec.template.spec.containers[0]?.image ?? ''),
    wanted: status.desiredNumberScheduled,
    updated: status.updatedNumberScheduled,
    available: status.numberAvailable,
  }
}
