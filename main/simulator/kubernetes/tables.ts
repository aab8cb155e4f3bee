import { ageOf } from './ages.ts'
import {
  conditionOf,
  type Kinds,
  type KubeNode,
  type KubeObject,
  type LabelSelector,
  type Plural,
  type Pod,
  type PodDisruptionBudget,
  type Workload,
} from './objects.ts'

type Cell = string | number

interface Column {
  readonly name: string
  /** Only shown with `-o wide`. */
  readonly wide?: boolean
  readonly isNumber?: boolean
}

interface Printer<T> {
  readonly columns: readonly Column[]
  readonly cells: (object: T, age: string, now: number) => readonly Cell[]
}

const NUMBERS = new Set(['Desired', 'Current', 'Up-to-date', 'Available', 'Allowed Disruptions'])

/** Columns as the API server's printers have them, which is what `kubectl get` shows. */
const PRINTERS: { readonly [P in Plural]?: Printer<Kinds[P]> } = {
  namespaces: {
    columns: shown('Name', 'Status', 'Age'),
    cells: ({ metadata, status }, age) => [metadata.name, status.phase, age],
  },
  nodes: {
    columns: [
      ...shown('Name', 'Status', 'Roles', 'Age', 'Version'),
      ...wide('Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'),
    ],
    cells: nodeCells,
  },
  pods: {
    columns: [
      ...shown('Name', 'Ready', 'Status', 'Restarts', 'Age'),
      ...wide('IP', 'Node', 'Nominated Node', 'Readiness Gates'),
    ],
    cells: podCells,
  },
  deployments: {
    columns: [
      ...shown('Name', 'Ready', 'Up-to-date', 'Available', 'Age'),
      ...wide('Containers', 'Images', 'Selector'),
    ],
    cells: (set, age) => [
      set.metadata.name,
      `${count(set, 'readyReplicas')}/${set.spec.replicas ?? 0}`,
      count(set, 'updatedReplicas'),
      count(set, 'availableReplicas'),
      age,
      ...template(set),
    ],
  },
  replicasets: {
    columns: [
      ...shown('Name', 'Desired', 'Current', 'Ready', 'Age'),
      ...wide('Containers', 'Images', 'Selector'),
    ],
    cells: (set, age) => [
      set.metadata.name,
      set.spec.replicas ?? 0,
      count(set, 'replicas'),
      count(set, 'readyReplicas'),
      age,
      ...template(set),
    ],
  },
  statefulsets: {
    columns: [...shown('Name', 'Ready', 'Age'), ...wide('Containers', 'Images')],
    cells: (set, age) => [
      set.metadata.name,
      `${count(set, 'readyReplicas')}/${set.spec.replicas ?? 0}`,
      age,
      ...template(set).slice(0, 2),
    ],
  },
  daemonsets: {
    columns: [
      ...shown('Name', 'Desired', 'Current', 'Ready', 'Up-to-date', 'Available', 'Node Selector', 'Age'),
      ...wide('Containers', 'Images', 'Selector'),
    ],
    cells: (set, age) => [
      set.metadata.name,
      count(set, 'desiredNumberScheduled'),
      count(set, 'currentNumberScheduled'),
      count(set, 'numberReady'),
      count(set, 'updatedNumberScheduled'),
      count(set, 'numberAvailable'),
      '<none>',
      age,
      ...template(set),
    ],
  },
  poddisruptionbudgets: {
    columns: shown('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions', 'Age'),
    cells: budgetCells,
  },
}

const NAME_AND_AGE: Printer<KubeObject> = {
  columns: shown('Name', 'Age'),
  cells: ({ metadata }, age) => [metadata.name, age],
}

/**
 * A `Table` as `kubectl get` asks for it.
 * @param options.include which part of each object goes with its row
 * @param options.columns left out from the second event of a watch on
 */
export function tableOf(
  plural: Plural,
  objects: readonly KubeObject[],
  options: {
    readonly now: number
    readonly resourceVersion: string
    readonly include: 'Metadata' | 'Object' | 'None'
    readonly columns: boolean
    readonly more?: object
  },
): object {
  const { columns, cells } = (PRINTERS[plural] ?? NAME_AND_AGE) as Printer<KubeObject>
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: options.resourceVersion, ...options.more },
    columnDefinitions: options.columns ? columns.map(definition) : [],
    rows: objects.map((object) => ({
      cells: cells(object, ageOf(object.metadata.creationTimestamp, options.now), options.now),
      ...included(object, options.include),
    })),
  }
}

function included(object: KubeObject, include: 'Metadata' | 'Object' | 'None'): object {
  if (include === 'None') return {}
  if (include === 'Object') return { object }
  return {
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
  }
}

function definition({ name, wide: isWide, isNumber }: Column): object {
  return {
    name,
    type: isNumber ? 'integer' : 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: isWide ? 1 : 0,
  }
}

function shown(...names: readonly string[]): readonly Column[] {
  return names.map((name) => ({ name, isNumber: NUMBERS.has(name) }))
}

function wide(...names: readonly string[]): readonly Column[] {
  return names.map((name) => ({ name, wide: true }))
}

function nodeCells(node: KubeNode, age: string): readonly Cell[] {
  const { nodeInfo, addresses } = node.status
  const roles = Object.keys(node.metadata.labels ?? {})
    .flatMap((label) => /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? [])
    .sort()
  const ready = conditionOf(node, 'Ready')
  const status = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return [
    node.metadata.name,
    node.spec.unschedulable ? `${status},SchedulingDisabled` : status,
    roles.length > 0 ? roles.join(',') : '<none>',
    age,
    nodeInfo['kubeletVersion'] ?? '',
    addresses.find(({ type }) => type === 'InternalIP')?.address ?? '<none>',
    '<none>',
    nodeInfo['osImage'] ?? '<unknown>',
    nodeInfo['kernelVersion'] ?? '<unknown>',
    nodeInfo['containerRuntimeVersion'] ?? '<unknown>',
  ]
}

function podCells(pod: Pod, age: string, now: number): readonly Cell[] {
  const containers = pod.status.containerStatuses ?? []
  // An unready node takes the pod's readiness and leaves its containers' as they were.
  const readyCount = containers.filter(({ ready }) => ready).length
  const waiting = containers.find(({ state }) => state.waiting)?.state.waiting?.reason
  const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0)
  const last = containers
    .map(({ lastState }) => lastState.terminated?.finishedAt ?? '')
    .sort()
    .at(-1)
  return [
    pod.metadata.name,
    `${readyCount}/${pod.spec.containers.length}`,
    pod.metadata.deletionTimestamp === undefined ? (waiting ?? pod.status.phase) : 'Terminating',
    last && restarts > 0 ? `${restarts} (${ageOf(last, now)} ago)` : String(restarts),
    age,
    pod.status.podIP ?? '<none>',
    pod.spec.nodeName ?? '<none>',
    '<none>',
    '<none>',
  ]
}

function budgetCells({ metadata, spec, status }: PodDisruptionBudget, age: string): readonly Cell[] {
  return [
    metadata.name,
    String(spec.minAvailable ?? 'N/A'),
    String(spec.maxUnavailable ?? 'N/A'),
    status.disruptionsAllowed,
    age,
  ]
}

function count({ status }: Workload, field: Exclude<keyof Workload['status'], 'conditions'>): number {
  return status[field] ?? 0
}

function template({ spec }: Workload): readonly Cell[] {
  const { containers } = spec.template.spec
  return [
    containers.map(({ name }) => name).join(','),
    containers.map(({ image }) => image).join(','),
    told(spec.selector),
  ]
}

function told({ matchLabels }: LabelSelector): string {
  return Object.entries(matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')
}
