import type { Plural } from './objects.ts'

export interface ResourceFacts {
  /** Empty for the core group. */
  readonly group: string
  readonly version: 'v1'
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
}

const READ = ['get', 'list', 'watch'] as const

/** Everything these API servers have, with the verbs they know; discovery says no more than this. */
export const RESOURCES: Readonly<Record<Plural, ResourceFacts>> = {
  namespaces: facts('', 'Namespace', ['ns'], { namespaced: false }),
  nodes: facts('', 'Node', ['no'], { namespaced: false, verbs: [...READ, 'patch', 'update'] }),
  pods: facts('', 'Pod', ['po'], { categories: ['all'], verbs: ['delete', ...READ] }),
  daemonsets: facts('apps', 'DaemonSet', ['ds'], { categories: ['all'] }),
  deployments: facts('apps', 'Deployment', ['deploy'], { categories: ['all'] }),
  replicasets: facts('apps', 'ReplicaSet', ['rs'], { categories: ['all'] }),
  statefulsets: facts('apps', 'StatefulSet', ['sts'], { categories: ['all'] }),
  poddisruptionbudgets: facts('policy', 'PodDisruptionBudget', ['pdb'], { verbs: ['delete', ...READ] }),
}

const GROUPS = ['apps', 'policy'] as const

function facts(
  group: string,
  kind: string,
  shortNames: readonly string[],
  more: Partial<Pick<ResourceFacts, 'namespaced' | 'categories' | 'verbs'>>,
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

export function isPlural(name: string): name is Plural {
  return Object.hasOwn(RESOURCES, name)
}

/** `daemonsets.apps`, as the API server names a resource in its errors. */
export function qualifiedName(plural: Plural): string {
  const { group } = RESOURCES[plural]
  return group === '' ? plural : `${plural}.${group}`
}

/** The documents under /api and /apis by path; undefined for a path that is no discovery. */
export function discoveryAt(path: string, serverAddress: string): object | undefined {
  if (path === '/api')
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
    }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) }
  if (path === '/api/v1') return resourceList('')
  for (const group of GROUPS) {
    if (path === `/apis/${group}`) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) }
    if (path === `/apis/${group}/v1`) return resourceList(group)
  }
  return undefined
}

function groupOf(group: string): object {
  const version = { groupVersion: `${group}/v1`, version: 'v1' }
  return { name: group, versions: [version], preferredVersion: version }
}

function resourceList(group: string): object {
  const resources = Object.entries(RESOURCES).flatMap(([name, resource]) => {
    if (resource.group !== group) return []
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
    groupVersion: group === '' ? 'v1' : `${group}/v1`,
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
