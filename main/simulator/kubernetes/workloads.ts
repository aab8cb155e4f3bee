import { type App, appsOf, NAMESPACES } from './apps.ts'
import type { KubeWorld } from './kube-world.ts'
import type { KubeObject, Metadata, OwnerReference, PodTemplate } from './objects.ts'
import { DAEMON_TOLERATIONS } from './tolerations.ts'

/** @param isNew only those that Kubernetes makes itself */
export function installNamespaces(world: KubeWorld, born: string, isNew: boolean): void {
  for (const [name, labels] of Object.entries(NAMESPACES).filter(([name]) => !isNew || isBuiltIn(name)))
    world.store.put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: world.random.uuid(),
        creationTimestamp: born,
        labels: { 'kubernetes.io/metadata.name': name, ...labels },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
}

const isBuiltIn = (name: string): boolean => name === 'default' || name.startsWith('kube-')

/** Puts workloads and their budgets into the store; the pods come from the controllers. */
export function installApps(world: KubeWorld, born: string): void {
  for (const app of appsOf()) install(world, app, born)
}

function install(world: KubeWorld, app: App, born: string): void {
  const metadata = metadataOf(world, app, app.name, born)
  const template = templateOf(app)
  const selector = { matchLabels: app.labels }
  const replicas = app.replicas ?? 1
  const common = { apiVersion: 'apps/v1', metadata, status: {} }
  if (app.kind === 'DaemonSet')
    world.store.put('daemonsets', { ...common, kind: 'DaemonSet', spec: { selector, template } })
  else if (app.kind === 'StatefulSet')
    world.store.put('statefulsets', {
      ...common,
      kind: 'StatefulSet',
      spec: { replicas, serviceName: app.name, selector, template },
    })
  else
    world.store.put('deployments', { ...common, kind: 'Deployment', spec: { replicas, selector, template } })
  if (app.minAvailable !== undefined)
    world.store.put('poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { ...metadataOf(world, app, app.name, born), generation: 1 },
      spec: { minAvailable: app.minAvailable, selector },
      status: {
        observedGeneration: 1,
        disruptionsAllowed: 0,
        currentHealthy: 0,
        desiredHealthy: app.minAvailable,
        expectedPods: 0,
      },
    })
}

/** A reference to what controls others. */
export function ownerOf({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
}

function metadataOf(
  world: KubeWorld,
  app: App,
  name: string,
  born: string,
): Metadata & { readonly namespace: string } {
  return {
    name,
    namespace: app.namespace,
    uid: world.random.uuid(),
    generation: 1,
    creationTimestamp: born,
    labels: app.labels,
  }
}

function templateOf(app: App): PodTemplate {
  return {
    metadata: { labels: app.labels },
    spec: {
      containers: app.containers,
      ...(app.volumes ? { volumes: app.volumes } : {}),
      ...(app.hostNetwork ? { hostNetwork: true } : {}),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: app.graceSeconds ?? 30,
      serviceAccountName: app.kind === 'DaemonSet' ? app.name : 'default',
      ...(app.priorityClassName === undefined ? {} : { priorityClassName: app.priorityClassName }),
      schedulerName: 'default-scheduler',
      tolerations: app.kind === 'DaemonSet' ? DAEMON_TOLERATIONS : [],
    },
  }
}
