import { type ServiceSnapshot, type SimulatedClock, type SimulatedRandom } from '../machine-api.ts'
import type { EventLog } from './event-log.ts'
import type { KernelLog } from './kernel-log.ts'
import { jitter } from './random.ts'
import type { ServiceCondition, ServiceDefinition } from './service-definitions.ts'
import type { ServiceLogs } from './service-logs.ts'

type ServiceState =
  | 'Initialized'
  | 'Preparing'
  | 'Waiting'
  | 'Running'
  | 'Stopping'
  | 'Finished'
  | 'Failed'
  | 'Skipped'
  | 'Starting'

interface Entry {
  readonly definition: ServiceDefinition
  state: ServiceState
  health: { unknown: boolean; healthy: boolean; lastMessage: string; lastChange: number }
  events: { message: string; state: ServiceState; at: number }[]
  pid: number
  /** Rises with each start and stop, so that what an older one still wanted is dropped. */
  turn: number
  up: PromiseWithResolvers
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

export interface ServiceBoard {
  /** A new boot: forgets all and knows these. */
  reset(definitions: readonly ServiceDefinition[]): void
  has(id: string): boolean
  /** Ids in starting order. */
  known(): readonly string[]
  snapshot(): readonly ServiceSnapshot[]
  stateOf(id: string): ServiceState | undefined
  /** Running, and healthy where health is checked. */
  isUp(id: string): boolean
  isHealthy(id: string): boolean
  pidOf(id: string): number
  /** Resolves once it is up; rejects when the power goes. */
  start(id: string): Promise<void>
  stop(id: string): Promise<void>
  /** Looks at the health now, as the next periodic check would. */
  check(id: string): void
  /** Ends without having been asked to; comes back in Waiting until `start`. */
  crash(id: string, message: string): void
}

export interface ServiceParts {
  readonly clock: SimulatedClock
  readonly random: SimulatedRandom
  readonly events: EventLog
  readonly kernel: KernelLog
  readonly logs: ServiceLogs
  readonly power: () => AbortSignal
  /** Why the health check of a service fails now; `undefined` when it succeeds. */
  readonly complaint: (id: string) => string | undefined
  readonly holds: (condition: ServiceCondition) => boolean
  /** Why its pre stage fails now; `undefined` when it does not. */
  readonly obstacle: (id: string) => string | undefined
  /** Resolves once its pre stage may end; rejects when the power goes. */
  readonly gate: (id: string, isMeant: () => boolean) => Promise<void>
  /** After each change of state or health; `running` tells whether its resource exists. */
  readonly onChange: (id: string, snapshot: ServiceSnapshot) => void
}

export function createServiceBoard(parts: ServiceParts): ServiceBoard {
  const { clock, random, events, kernel } = parts
  let entries = new Map<string, Entry>()
  let nextPid = 1000

  function entry(id: string): Entry {
    const found = entries.get(id)
    if (!found) throw new Error(`service "${id}" not defined`)
    return found
  }

  function move(id: string, state: ServiceState, message: string): void {
    const of = entry(id)
    const at = clock.now()
    of.state = state
    of.events = [...of.events, { message, state, at }].slice(-64)
    if (state !== 'Running') of.health = { unknown: true, healthy: false, lastMessage: '', lastChange: at }
    tell(of, message)
  }

  function tell(of: Entry, message: string): void {
    const { id } = of.definition
    kernel.talos(`service[${id}](${of.state}): ${message}`)
    events.publish('ServiceStateEvent', {
      service: id,
      action: of.state.toUpperCase(),
      message,
      health: {
        unknown: of.health.unknown,
        healthy: of.health.healthy,
        lastMessage: of.health.lastMessage,
        lastChange: timestamp(of.health.lastChange),
      },
    })
    parts.onChange(id, snapshotOf(of))
  }

  function setHealth(of: Entry, complaint: string | undefined): void {
    const healthy = complaint === undefined
    if (!of.health.unknown && of.health.healthy === healthy && of.health.lastMessage === (complaint ?? ''))
      return
    const at = clock.now()
    const flipped = of.health.unknown || of.health.healthy !== healthy
    of.health = { unknown: false, healthy, lastMessage: complaint ?? '', lastChange: at }
    if (!flipped) return
    const message = healthy ? 'Health check successful' : `Health check failed: ${complaint}`
    of.events = [...of.events, { message, state: of.state, at }].slice(-64)
    tell(of, message)
    if (healthy) of.up.resolve()
    else of.up = promiseWithResolvers()
  }

  function isUp(id: string): boolean {
    const of = entries.get(id)
    if (of?.state !== 'Running') return false
    return of.definition.checkedAfter === undefined || of.health.healthy
  }

  function stillWaitingFor({ dependsOn, conditions }: ServiceDefinition): string[] {
    return [
      ...dependsOn.filter((other) => !isUp(other)).map(upText),
      ...conditions.filter((condition) => !parts.holds(condition)),
    ]
  }

  /** Told with all it waits for before any of it is looked at, and again each second when what is missing changed. */
  async function waitForConditions(of: Entry, turn: number): Promise<void> {
    const { id, dependsOn, conditions } = of.definition
    const all = [...dependsOn.map(upText), ...conditions]
    if (all.length === 0) return
    let told = `Waiting for ${all.join(', ')}`
    move(id, 'Waiting', told)
    for (let isFirst = true; ; isFirst = false) {
      const missing = stillWaitingFor(of.definition)
      if (missing.length === 0 || of.turn !== turn) return
      const text = `Waiting for ${missing.join(', ')}`
      if (!isFirst && text !== told) {
        move(id, 'Waiting', text)
        told = text
      }
      const upOnes = dependsOn.filter((id) => !isUp(id)).map((id) => entry(id).up.promise)
      await (upOnes.length === missing.length
        ? Promise.race([Promise.all(upOnes), powerLoss()])
        : clock.sleep(1000, parts.power()))
    }
  }

  function powerLoss(): Promise<never> {
    const power = parts.power()
    return new Promise((_, reject) => {
      if (power.aborted) reject(power.reason as Error)
      else power.addEventListener('abort', () => reject(power.reason as Error), { once: true })
    })
  }

  async function launch(of: Entry, turn: number): Promise<void> {
    const { id, startsIn, runner, command } = of.definition
    move(id, 'Preparing', 'Running pre state')
    await clock.sleep(jitter(random, startsIn * 0.6, 0.2), parts.power())
    await parts.gate(id, () => of.turn === turn)
    if (of.turn !== turn) return
    const obstacle = parts.obstacle(id)
    if (obstacle !== undefined) {
      move(id, 'Failed', `Failed to run pre stage: ${obstacle}`)
      return
    }
    move(id, 'Preparing', 'Creating service runner')
    await clock.sleep(jitter(random, startsIn * 0.4, 0.2), parts.power())
    if (of.turn !== turn) return
    of.pid = nextPid += 3 + random.integer(40)
    const started = {
      container: `Started task ${id} (PID ${of.pid}) for container ${id}`,
      process: `Process Process(["${command}"]) started with PID ${of.pid}`,
      goroutine: 'Service started as goroutine',
    }
    move(id, 'Running', started[runner])
    await firstCheck(of, turn)
  }

  async function firstCheck(of: Entry, turn: number): Promise<void> {
    const { id, checkedAfter } = of.definition
    if (checkedAfter === undefined) {
      of.up.resolve()
      return
    }
    const power = parts.power()
    await clock.sleep(checkedAfter, power)
    // Checked until it succeeds once; after that a change of circumstances calls `check`.
    while (of.turn === turn && !power.aborted) {
      setHealth(of, parts.complaint(id))
      if (of.health.healthy) return
      await clock.sleep(5000, power)
    }
  }

  async function stop(id: string): Promise<void> {
    const of = entry(id)
    if (['Finished', 'Initialized', 'Failed', 'Skipped'].includes(of.state)) return
    of.turn++
    of.up = promiseWithResolvers()
    if (of.state === 'Running') {
      const { runner, command } = of.definition
      const what = {
        container: `task ${id} (PID ${of.pid}, container ${id})`,
        process: `Process(["${command}"])`,
        goroutine: `goroutine ${id}`,
      }
      move(id, 'Stopping', `Sending SIGTERM to ${what[runner]}`)
      const turn = of.turn
      await clock.sleep(jitter(random, id === 'etcd' || id === 'cri' ? 900 : 250, 0.3), parts.power())
      if (of.turn !== turn) return
    }
    move(id, 'Finished', 'Service finished successfully')
  }

  return {
    reset(definitions) {
      for (const of of entries.values()) of.turn++
      nextPid = 900 + random.integer(300)
      entries = new Map(definitions.map((definition) => [definition.id, blank(definition, clock.now())]))
      for (const { id } of definitions) parts.logs.register(id)
    },
    has: (id) => entries.has(id),
    known: () => [...entries.keys()],
    snapshot: () =>
      [...entries.values()]
        .filter((of) => of.events.length > 0)
        .map(snapshotOf)
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    stateOf: (id) => entries.get(id)?.state,
    isUp,
    isHealthy: (id) => entries.get(id)?.health.healthy ?? false,
    pidOf: (id) => entries.get(id)?.pid ?? 0,
    async start(id) {
      const of = entry(id)
      if (!['Initialized', 'Finished', 'Failed', 'Waiting'].includes(of.state)) return
      const turn = ++of.turn
      of.up = promiseWithResolvers()
      move(id, 'Starting', 'Starting service')
      await waitForConditions(of, turn)
      if (of.turn === turn) await launch(of, turn)
    },
    stop,
    check(id) {
      const of = entries.get(id)
      if (of?.state === 'Running' && !of.health.unknown) setHealth(of, parts.complaint(id))
    },
    crash(id, message) {
      const of = entry(id)
      of.turn++
      of.up = promiseWithResolvers()
      move(id, 'Waiting', message)
    },
  }
}

function blank(definition: ServiceDefinition, at: number): Entry {
  return {
    definition,
    state: 'Initialized',
    health: { unknown: true, healthy: false, lastMessage: '', lastChange: at },
    events: [],
    pid: 0,
    turn: 0,
    up: promiseWithResolvers(),
  }
}

function snapshotOf({ definition, state, pid, health, events }: Entry): ServiceSnapshot {
  return { id: definition.id, state, pid, health: { ...health }, events: [...events] }
}

function promiseWithResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}

/** As proto-loader takes a google.protobuf.Timestamp. */
function timestamp(milliseconds: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(milliseconds / 1000), nanos: (Math.floor(milliseconds) % 1000) * 1_000_000 }
}

function upText(id: string): string {
  return `service "${id}" to be "up"`
}
