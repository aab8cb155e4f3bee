import { RunId } from '#contract/names.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { HOSTNAME } from '../../domain/nodes/resource-types.ts'
import { textField } from '../../domain/nodes/spec-fields.ts'
import type { ReadingPort } from '../../domain/nodes/talos-port.ts'
import type { RunsPort } from '../../domain/runs/run-port.ts'
import { ask, valueOf } from '../../domain/upgrades/known.ts'
import { runServiceAction } from '../../domain/upgrades/service-run.ts'
import type { Handlers } from '../handlers.ts'

interface Deps {
  readonly clusters: ClustersPort
  readonly runs: RunsPort
  readonly clock: ClockPort
}

/** What is done to a node's services needs no plan; each is a run with a verdict. */
export function createNodeActionHandlers({ clusters, runs, clock }: Deps): Pick<Handlers, 'services.act'> {
  return {
    async 'services.act'({ context, node, service, action }, signal) {
      const { talos } = await clusters.cluster(context)
      const id = await runs.start(
        {
          kind: 'service',
          context,
          node,
          hostname: await hostnameOf(talos, node, signal),
          title: { key: `run.service-${action}`, parameters: { service } },
          talosctl: `talosctl -n ${node} service ${service} ${action}`,
          exclusive: false,
          stoppable: false,
        },
        runServiceAction({ node, service, action }, { talos, clock }),
      )
      return { runId: RunId.parse(id) }
    },
  }
}

/** The address stands in for a name that the node does not tell. */
async function hostnameOf(talos: ReadingPort, node: string, signal: AbortSignal): Promise<string> {
  const told = await ask(signal, () => talos.get(node, { ...HOSTNAME, id: 'hostname' }, signal))
  return textField(valueOf(told)?.spec, 'hostname') ?? node
}
