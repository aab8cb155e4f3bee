import type { ReadingPort, TalosEvent } from '../nodes/talos-port.ts'

/** What a node's own events tell of the sequence that one request started. */
export interface SequenceTrail extends Disposable {
  /** `sequence not started: locked`: another one runs, and this request does nothing (behaviour.md §5.4). */
  readonly locked: string | undefined
  readonly fatal: string | undefined
  readonly phase: string | undefined
  /** How the node said that its kernel goes; often the last thing it says. */
  readonly restart: 'kexec' | 'firmware' | 'off' | undefined
  hasFinished(task: string): boolean
  /** Also when its end was never heard: the node goes down in the middle of its last tasks. */
  hasBegun(task: string): boolean
}

/**
 * Follows the events of `actorId` until disposed or the connection goes, which it does at a reboot. Events are a
 * help: when they cannot be read the boot id still tells.
 */
export function followSequence(
  talos: Pick<ReadingPort, 'events'>,
  node: string,
  actorId: string | undefined,
  signal: AbortSignal,
): SequenceTrail {
  const done = new AbortController()
  const tasks = new Set<string>()
  const begun = new Set<string>()
  const seen: { locked?: string; fatal?: string; phase?: string; restart?: SequenceTrail['restart'] } = {}

  function take({ payload }: TalosEvent): void {
    if (payload.kind === 'phase' && payload.action === 'start') seen.phase = payload.phase
    if (payload.kind === 'restart' && payload.how !== undefined) seen.restart = payload.how
    if (payload.kind === 'task') begun.add(payload.task)
    if (payload.kind === 'task' && payload.action === 'stop') tasks.add(payload.task)
    if (payload.kind !== 'sequence' || payload.error === undefined) return
    if (payload.error.code === 'locked') seen.locked = payload.error.message
    if (payload.error.code === 'fatal') seen.fatal = payload.error.message
  }

  async function follow(id: string): Promise<void> {
    const either = AbortSignal.any([signal, done.signal])
    for await (const event of talos.events(node, { tailEvents: -1, actorId: id }, either)) take(event)
  }

  if (actorId !== undefined) follow(actorId).catch(() => undefined)
  return {
    get locked() {
      return seen.locked
    },
    get fatal() {
      return seen.fatal
    },
    get phase() {
      return seen.phase
    },
    get restart() {
      return seen.restart
    },
    hasFinished: (task) => tasks.has(task),
    hasBegun: (task) => begun.has(task),
    [Symbol.dispose]: () => done.abort(),
  }
}
