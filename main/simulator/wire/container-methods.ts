import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { Methods } from './call.ts'
import { findContainer, listContainers } from './container-list.ts'

const MIB = 1024 * 1024

/** Containers, their figures, and the end of one. */
export const containerMethods: Methods<MachineServiceHandlers> = {
  Containers: ({ namespace, driver }, context) => ({
    messages: [{ containers: listContainers(context, namespace, driver).map(({ info }) => info) }],
  }),
  Stats: ({ namespace, driver }, context) => {
    const { cpu } = context.machine.load()
    // Sandboxes are told with nothing.
    const listed = listContainers(context, namespace, driver)
    const weight = listed.reduce((sum, { mib }) => sum + mib, 0)
    return {
      messages: [
        {
          stats: listed.map(({ info, mib }) => ({
            namespace,
            id: info.id ?? '',
            podId: info.podId ?? '',
            name: info.name ?? '',
            memoryUsage: mib * MIB,
            cpuUsage: Math.floor((((cpu.user + cpu.system) * mib) / Math.max(1, weight)) * 1e9),
          })),
        },
      ],
    }
  },
  Restart(request, context) {
    const found = findContainer(context, request)
    if (!found) throw new Error(`container ${JSON.stringify(request.id)} not found`)
    if (request.namespace === 'system') context.machine.killService(request.id)
    else if (found.containerId !== undefined) context.cluster.kubernetes?.restartContainer(found.containerId)
    return { messages: [{}] }
  },
}
