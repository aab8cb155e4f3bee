import type { ControllerDependencyEdge } from '../../talos/generated/inspect/ControllerDependencyEdge.ts'
import type { InspectServiceHandlers } from '../../talos/generated/inspect/InspectService.ts'
import type { SimulatedMachine } from '../machine-api.ts'
import type { Methods } from './call.ts'

/** Which controller makes what: of a node's graph the outputs that this simulation has. */
export const inspectMethods: Methods<InspectServiceHandlers> = {
  ControllerRuntimeDependencies: (_request, { machine }) => ({ messages: [{ edges: edgesOf(machine) }] }),
}

interface Edge extends ControllerDependencyEdge {
  readonly controllerName: string
  readonly edgeType: 'OUTPUT_EXCLUSIVE' | 'OUTPUT_SHARED'
  readonly resourceType: string
}

function edgesOf(machine: SimulatedMachine): Edge[] {
  const edges = new Map<string, Edge>()
  const owners = new Map<string, Set<string>>()
  for (const { namespace, type, owner } of machine.resources.all()) {
    if (owner === '') continue
    edges.set(`${owner} ${type}`, {
      controllerName: owner,
      edgeType: 'OUTPUT_EXCLUSIVE',
      resourceNamespace: namespace,
      resourceType: type,
      resourceId: '',
    })
    const makers = owners.get(type) ?? new Set()
    owners.set(type, makers.add(owner))
  }
  const outputs = [...edges.values()].map((edge): Edge => ({
    ...edge,
    edgeType: (owners.get(edge.resourceType)?.size ?? 1) > 1 ? 'OUTPUT_SHARED' : 'OUTPUT_EXCLUSIVE',
  }))
  const order = (edge: Edge): string => `${edge.controllerName} ${edge.edgeType} ${edge.resourceType}`
  return outputs.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
