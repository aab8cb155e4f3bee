import { Code, SimulatedStatus } from '../machine-api.ts'
import type { MachineCore } from './core.ts'
import { reviewKubernetes } from './kubernetes.ts'

type Action = 'start' | 'stop' | 'restart'

const DONE = { start: 'started', stop: 'stopped', restart: 'restarted' } as const

/** The API may start and restart the kubelet and do anything with `ext-*`; the rest is refused (behaviour.md §7.4). */
export function serviceAction(core: MachineCore, id: string, action: Action): string {
  if (!core.services.has(id)) throw new SimulatedStatus(Code.UNKNOWN, `service "${id}" not defined`)
  const allowed = id.startsWith('ext-') || (id === 'kubelet' && action !== 'stop')
  if (!allowed)
    throw new SimulatedStatus(Code.UNKNOWN, `service "${id}" doesn't support ${action} operation via API`)
  void act(core, id, action)
  return `Service "${id}" ${DONE[action]}`
}

async function act(core: MachineCore, id: string, action: Action): Promise<void> {
  try {
    if (action !== 'start') await core.services.stop(id)
    if (action !== 'stop') await core.services.start(id)
    reviewKubernetes(core)
  } catch {
    // The power went meanwhile.
  }
}

/** Its task ends on the signal and the runner, which restarts forever, makes another one (behaviour.md §8.1). */
export function killService(core: MachineCore, id: string): void {
  core.services.crash(id, `Runner Container(${id}) exited without error, going to restart it`)
  core.services.start(id).then(
    () => reviewKubernetes(core),
    // The power went meanwhile.
    () => undefined,
  )
}

export function serviceLines(core: MachineCore, id: string): readonly string[] {
  const lines = core.logs.lines(id)
  if (!lines) throw new SimulatedStatus(Code.UNKNOWN, `log "${id}" was not registered`)
  return lines
}
