import type { MachineEvent, SimulatedClock } from '../machine-api.ts'
import type { EventLog } from './event-log.ts'
import { goDuration } from './go-format.ts'
import type { KernelLog } from './kernel-log.ts'
import { mayInterrupt, phasesOf, type Phase, type PhaseCondition } from './sequence-data.ts'
import type { SequenceName, SequenceOptions } from './sequence-data.ts'

export interface SequenceRun {
  readonly name: SequenceName
  readonly actorId: string
  readonly options: SequenceOptions
  /** Aborted when another sequence takes over or the power goes. */
  readonly signal: AbortSignal
}

/** Ended by the machine's own restart: the last task of a reboot never comes back and never logs "done". */
export class Restarted extends Error {
  constructor() {
    super('restarted')
  }
}

/** Taken over by another sequence. */
class TakenOver extends Error {
  constructor() {
    super('context canceled')
  }
}

type SequenceOutcome = 'done' | 'locked' | 'failed' | 'canceled' | 'restarted' | 'power-lost'

export interface SequenceRunner {
  /** Never rejects: what went wrong is in events and dmesg, as on a node. `onFatal` is told of a failure. */
  run(
    name: SequenceName,
    options: SequenceOptions & { readonly actorId?: string; readonly takeover?: boolean },
  ): Promise<SequenceOutcome>
  readonly running: SequenceName | undefined
  /** Holds the lock as if a shutdown ran that never ends; the trouble `locked-sequence`. */
  heldFast: boolean
}

export interface SequenceParts {
  readonly clock: SimulatedClock
  readonly events: EventLog
  readonly kernel: KernelLog
  /** Does one task; a rejection fails the sequence. */
  readonly task: (name: string, run: SequenceRun) => Promise<void>
  readonly holds: (condition: PhaseCondition) => boolean
  /** The power of the current boot. */
  readonly power: () => AbortSignal
  readonly onFatal: (name: SequenceName, error: Error) => void
}

interface Running {
  readonly name: SequenceName
  readonly abort: AbortController
  readonly over: Promise<void>
}

const TAKEOVER_WAIT = 60_000

export function createSequenceRunner(parts: SequenceParts): SequenceRunner {
  const { clock, events, kernel } = parts
  let current: Running | undefined
  let heldFast = false

  function tell(run: SequenceRun, type: MachineEvent['type'], payload: Record<string, unknown>): void {
    events.publish(type, payload, run.actorId)
  }

  async function runTask(run: SequenceRun, name: string, progress: string): Promise<void> {
    const started = clock.now()
    tell(run, 'TaskEvent', { task: name, action: 'START' })
    kernel.talos(`task ${name} (${progress}): starting`)
    try {
      await parts.task(name, run)
      run.signal.throwIfAborted()
    } catch (error) {
      if (!(error instanceof Restarted) && !powerLost(error))
        kernel.talos(`task ${name} (${progress}): failed: ${textOf(error)}`)
      if (!powerLost(error)) tell(run, 'TaskEvent', { task: name, action: 'STOP' })
      throw error
    }
    kernel.talos(`task ${name} (${progress}): done, ${goDuration(clock.now() - started)}`)
    tell(run, 'TaskEvent', { task: name, action: 'STOP' })
  }

  async function runPhase(run: SequenceRun, phase: Phase, number: number, count: number): Promise<void> {
    const started = clock.now()
    const progress = `${number}/${count}`
    tell(run, 'PhaseEvent', { phase: phase.name, action: 'START' })
    kernel.talos(`phase ${phase.name} (${progress}): ${phase.tasks.length} tasks(s)`)
    const tasks = phase.tasks.map((task, at) => runTask(run, task, `${at + 1}/${phase.tasks.length}`))
    try {
      await Promise.all(tasks)
    } catch (error) {
      await Promise.allSettled(tasks)
      if (!(error instanceof Restarted) && !powerLost(error))
        kernel.talos(`phase ${phase.name} (${progress}): failed`)
      throw error
    }
    kernel.talos(`phase ${phase.name} (${progress}): done, ${goDuration(clock.now() - started)}`)
    tell(run, 'PhaseEvent', { phase: phase.name, action: 'STOP' })
  }

  async function runPhases(run: SequenceRun): Promise<void> {
    const started = clock.now()
    const phases = phasesOf(run.name, run.options)
    kernel.talos(`${run.name} sequence: ${phases.length} phase(s)`)
    tell(run, 'SequenceEvent', { sequence: run.name, action: 'START' })
    for (const [at, phase] of phases.entries()) {
      if (phase.when && !parts.holds(phase.when)) continue
      try {
        await runPhase(run, phase, at + 1, phases.length)
      } catch (error) {
        if (error instanceof Restarted || powerLost(error)) throw error
        kernel.talos(`${run.name} sequence: failed`)
        if (error instanceof TakenOver) throw error
        throw new Error(`error running phase ${at + 1} in ${run.name} sequence: ${textOf(error)}`, {
          cause: error,
        })
      }
    }
    tell(run, 'SequenceEvent', { sequence: run.name, action: 'STOP' })
    kernel.talos(`${run.name} sequence: done: ${goDuration(clock.now() - started)}`)
  }

  function refuse(name: SequenceName, actorId: string, code: string, message: string): void {
    events.publish('SequenceEvent', { sequence: name, action: 'NOOP', error: { code, message } }, actorId)
  }

  /** True when the lock is ours to take. */
  async function takeLock(name: SequenceName, takeover: boolean): Promise<boolean> {
    if (heldFast) return false
    if (!current) return true
    if (!takeover && !mayInterrupt(current.name, name)) return false
    current.abort.abort(new TakenOver())
    const limit = new AbortController()
    await Promise.race([
      current.over.then(() => limit.abort(new Error('stopped in time'))),
      clock.sleep(TAKEOVER_WAIT, AbortSignal.any([limit.signal, parts.power()])).catch(() => undefined),
    ])
    return true
  }

  return {
    get running() {
      return current?.name
    },
    get heldFast() {
      return heldFast
    },
    set heldFast(held) {
      heldFast = held
    },
    async run(name, { actorId = '', takeover = false, ...options }) {
      const power = parts.power()
      if (!(await takeLock(name, takeover))) {
        refuse(name, actorId, 'LOCKED', 'sequence not started: locked')
        return 'locked'
      }
      if (power.aborted) return 'power-lost'
      const abort = new AbortController()
      const run: SequenceRun = { name, actorId, options, signal: AbortSignal.any([abort.signal, power]) }
      let finish: () => void = nothing
      const over = new Promise<void>((resolve) => {
        finish = resolve
      })
      const mine: Running = { name, abort, over }
      current = mine
      try {
        await runPhases(run)
        return 'done'
      } catch (error) {
        if (error instanceof Restarted) return 'restarted'
        if (powerLost(error) || powerLost(run.signal.reason)) return 'power-lost'
        const canceled = error instanceof TakenOver
        refuse(name, actorId, canceled ? 'CANCELED' : 'FATAL', `sequence failed: ${textOf(error)}`)
        if (canceled) return 'canceled'
        parts.onFatal(name, error as Error)
        return 'failed'
      } finally {
        if (current === mine) current = undefined
        finish()
      }
    },
  }
}

/** The reason with which a boot's power signal is aborted. */
export class PowerLost extends Error {
  constructor() {
    super('power lost')
  }
}

function powerLost(error: unknown): boolean {
  return error instanceof PowerLost
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function nothing(): undefined {
  return undefined
}
