import type { ClusterServiceHandlers } from '../../talos/generated/cluster/ClusterService.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { CallContext, Methods } from './call.ts'
import { goStatusText } from './dispatch.ts'
import { healthChecks, type HealthSubject } from './health-checks.ts'
import { asText, specsOf } from './machine-facts.ts'
import { checkControlPlane } from './machine-identity.ts'
import { durationMilliseconds } from './wire-values.ts'

/** Between two looks of one check. */
const INTERVAL = 5000

export const clusterMethods: Methods<ClusterServiceHandlers> = {
  async *HealthCheck({ waitTimeout, clusterInfo }, context) {
    checkControlPlane(context, 'cluster health check')
    const given = {
      controlPlanes: clusterInfo?.controlPlaneNodes ?? [],
      workers: clusterInfo?.workerNodes ?? [],
    }
    const isGiven = given.controlPlanes.length + given.workers.length > 0
    const subject = isGiven ? given : discovered(context)
    const nodes = [...subject.controlPlanes, ...subject.workers].map((address) => `"${address}"`)
    yield { message: `discovered nodes: [${nodes.join(' ')}]` }

    const { clock } = context.machine
    const limit = new AbortController()
    const stop = AbortSignal.any([context.signal, limit.signal])
    clock.wait(durationMilliseconds(waitTimeout) ?? 0, context.signal).then(
      () => limit.abort(),
      () => undefined,
    )
    for (const { name, look, isSkipped } of healthChecks(context, subject)) {
      let last = ''
      const told = function* (text: string) {
        const message = `waiting for ${name}: ${text}`.trim()
        if (message !== last) yield { message }
        last = message
      }
      yield* told('...')
      if (isSkipped?.() === true) {
        yield* told('SKIP')
        continue
      }
      for (let trouble = lookAt(look); trouble !== undefined; trouble = lookAt(look)) {
        yield* told(trouble)
        await clock.sleep(INTERVAL, stop).catch(() => undefined)
        if (context.signal.aborted) return
        if (limit.signal.aborted)
          throw new SimulatedStatus(Code.DEADLINE_EXCEEDED, 'context deadline exceeded')
      }
      yield* told('OK')
    }
  },
}

function lookAt(look: () => string | undefined): string | undefined {
  try {
    return look()
  } catch (error) {
    return goStatusText(error)
  }
}

function discovered({ machine }: CallContext): HealthSubject {
  const members = specsOf(machine, 'cluster', 'Members.cluster.talos.dev').map(({ spec }) => ({
    address: Array.isArray(spec['addresses']) ? asText(spec['addresses'][0]) : '',
    isWorker: spec['machineType'] === 'worker',
  }))
  return {
    controlPlanes: members.filter(({ isWorker }) => !isWorker).map(({ address }) => address),
    workers: members.filter(({ isWorker }) => isWorker).map(({ address }) => address),
  }
}
