import type { ServiceRow } from '#contract/nodes.ts'
import type { ServiceInfo } from './talos-port.ts'

/** Which actions Talos takes for a service (behaviour.md §7.4): kubelet may be started and restarted, extensions all three. */
function allowedFor(id: string): ServiceRow['allowed'] {
  if (id.startsWith('ext-')) return ['start', 'stop', 'restart']
  return id === 'kubelet' ? ['start', 'restart'] : []
}

/** A service without a health check is unknown, not healthy (behaviour.md §8.1). */
function healthOf({ unknown, healthy }: ServiceInfo['health']): ServiceRow['health'] {
  if (unknown) return 'unknown'
  return healthy ? 'healthy' : 'unhealthy'
}

export function serviceRows(services: readonly ServiceInfo[]): ServiceRow[] {
  return services
    .map((service) => {
      const last = service.events.at(-1)
      const since = service.health.lastChange ?? last?.at
      return {
        id: service.id,
        state: service.state,
        health: healthOf(service.health),
        message: service.health.message === '' ? (last?.message ?? '') : service.health.message,
        allowed: allowedFor(service.id),
        events: service.events.map(({ at, state, message }) => ({
          state,
          message,
          ...(at === undefined ? {} : { at }),
        })),
        ...(since === undefined ? {} : { since }),
      }
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}
