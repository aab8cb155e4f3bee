import type { ObjectStore } from './object-store.ts'
import { CUSTOM, type Plural } from './objects.ts'

export interface ResourceFacts {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
}

const READ = ['get', 'list', 'watch'] as const
const ALL = ['create', 'delete', ...READ, 'patch', 'update'] as const
const RBAC = 'rbac.authorization.k8s.io'
const LONGHORN = { version: 'v1beta2', verbs: ALL }

/** Everything these API servers have, with the verbs they know; discovery says no more than this. */
export const RESOURCES: Readonly<Record<Plural, ResourceFacts>> = {
  namespaces: facts('', 'Namespace', ['ns'], { namespaced: false }),
  nodes: facts('', 'Node', ['no'], { namespaced: false, verbs: [...READ, 'patch', 'update'] }),
  pods: facts('', 'Pod', ['po'], { categories: ['all'], verbs: ['delete', ...READ] }),
  configmaps: facts('', 'ConfigMap', ['cm'], { verbs: ALL }),
  secrets: facts('', 'Secret', [], { verbs: ALL }),
  services: facts('', 'Service', ['svc'], { categories: ['all'], verbs: ALL }),
  serviceaccounts: facts('', 'ServiceAccount', ['sa'], { verbs: ALL }),
  persistentvolumes: facts('', 'PersistentVolume', ['pv'], { namespaced: false }),
  persistentvolumeclaims: facts('', 'PersistentVolumeClaim', ['pvc']),
  daemonsets: facts('apps', 'DaemonSet', ['ds'], { categories: ['all'], verbs: ALL }),
  deployments: facts('apps', 'Deployment', ['deploy'], { categories: ['all'], verbs: ALL }),
  replicasets: facts('apps', 'ReplicaSet', ['rs'], { categories: ['all'] }),
  statefulsets: facts('apps', 'StatefulSet', ['sts'], { categories: ['all'] }),
  poddisruptionbudgets: facts('policy', 'PodDisruptionBudget', ['pdb'], { verbs: ['delete', ...READ] }),
  clusterroles: facts(RBAC, 'ClusterRole', [], { namespaced: false, verbs: ALL }),
  clusterrolebindings: facts(RBAC, 'ClusterRoleBinding', [], { namespaced: false, verbs: ALL }),
  roles: facts(RBAC, 'Role', [], { verbs: ALL }),
  rolebindings: facts(RBAC, 'RoleBinding', [], { verbs: ALL }),
  customresourcedefinitions: facts('apiextensions.k8s.io', 'CustomResourceDefinition', ['crd', 'crds'], {
    namespaced: false,
  }),
  volumes: facts('longhorn.io', 'Volume', ['lhv'], LONGHORN),
  replicas: facts('longhorn.io', 'Replica', ['lhr'], LONGHORN),
  settings: facts('longhorn.io', 'Setting', ['lhs'], LONGHORN),
  cephclusters: facts('ceph.rook.io', 'CephCluster', ['ceph'], { verbs: ALL }),
  clusters: facts('postgresql.cnpg.io', 'Cluster', [], { verbs: ALL }),
}

const GROUPS = [...new Set(Object.values(RESOURCES).map(({ group }) => group))].filter(
  (group) => group !== '',
)

function facts(
  group: string,
  kind: string,
  shortNames: readonly string[],
  more: Partial<Pick<ResourceFacts, 'namespaced' | 'categories' | 'verbs' | 'version'>> = {},
): ResourceFacts {
  return {
    group,
    version: 'v1',
    kind,
    singular: kind.toLowerCase(),
    namespaced: true,
    shortNames,
    categories: [],
    verbs: READ,
    ...more,
  }
}

/** `v1`, `apps/v1`, `longhorn.io/v1beta2`. */
export function apiVersionOf(plural: Plural): string {
  const { group, version } = RESOURCES[plural]
  return group === '' ? version : `${group}/${version}`
}

/** Kinds of storage systems come and go with their CustomResourceDefinitions. */
export function isServed(store: ObjectStore, plural: Plural): boolean {
  const definition = (): unknown => store.get('customresourcedefinitions', undefined, qualifiedName(plural))
  return !isCustom(plural) || definition() !== undefined
}

export function isCustom(plural: Plural): boolean {
  return (CUSTOM as readonly string[]).includes(plural)
}

export function isPlural(name: string): name is Plural {
  return Object.hasOwn(RESOURCES, name)
}

/** `daemonsets.apps`, as the API server names a resource in its errors. */
export function qualifiedName(plural: Plural): string {
  const { group } = RESOURCES[plural]
  return group === '' ? plural : `${plural}.${group}`
}

/** The documents under /api and /apis by path; undefined for a path that is no discovery. */
export function discoveryAt(path: string, serverAddress: string, store: ObjectStore): object | undefined {
  const groups = GROUPS.filter((group) => servedIn(group, store).length > 0)
  if (path === '/api')
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
    }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) }
  if (path === '/api/v1') return resourceList('', store)
  for (const group of groups) {
    if (path === `/apis/${group}`) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) }
    if (path === `/apis/${group}/${versionOf(group)}`) return resourceList(group, store)
  }
  return undefined
}

function servedIn(group: string, store: ObjectStore): readonly (readonly [string, ResourceFacts])[] {
  return Object.entries(RESOURCES).filter(
    ([name, resource]) => resource.group === group && isPlural(name) && isServed(store, name),
  )
}

function versionOf(group: string): string {
  return Object.values(RESOURCES).find((resource) => resource.group === group)?.version ?? 'v1'
}

function groupOf(group: string): object {
  const version = { groupVersion: `${group}/${versionOf(group)}`, version: versionOf(group) }
  return { name: group, versions: [version], preferredVersion: version }
}

function resourceList(group: string, store: ObjectStore): object {
  const resources = servedIn(group, store).flatMap(([name, resource]) => {
    const { kind, namespaced, verbs, shortNames, categories, singular } = resource
    const entry = {
      name,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      shortNames,
      ...(categories.length > 0 ? { categories } : {}),
    }
    return name === 'pods' ? [entry, EVICTION] : [entry]
  })
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? 'v1' : `${group}/${versionOf(group)}`,
    resources,
  }
}

const EVICTION = {
  name: 'pods/eviction',
  singularName: '',
  namespaced: true,
  group: 'policy',
  version: 'v1',
  kind: 'Eviction',
  verbs: ['create'],
}
