import type { NodeAddress, ContextName } from '#contract/names.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import type { ClockPort } from '../clock-port.ts'
import { toInstant } from '../clock-port.ts'
import type { LogPort } from '../log-port.ts'
import { isFailure, TalosFailure, toWireError } from '../talos-failure.ts'
import { bootTookSeconds } from './boot-time.ts'
import { createResourceCache, type ResourceCache } from './resource-cache.ts'
import { FLEET_TYPES, MACHINE_CONFIG } from './resource-types.ts'
import { followStagedConfig } from './staged-config.ts'
import { summarise, type NodeReadings } from './summarise.ts'
import type { ConfigPort, Counters, EtcdPort, ReadingPort, ResourceKey, WatchEvent } from './talos-port.ts'

const ASK_EVERY_MS = 5_000
const ASK_SILENT_EVERY_MS = 1_500
const FIRST_COUNT_MS = 200
const SECOND_COUNT_MS = 1_000
const COUNTERS_EVERY_MS = 3_000
const LEADER_EVERY_MS = 15_000
/** A watch that could not even begin is tried again after this long. */
const RETRY_WATCH_MS = 1_000

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** One node, kept up to date for as long as anyone looks. */
export interface FollowedNode extends Disposable {
  readonly address: NodeAddress
  readonly cache: ResourceCache
  summary(): NodeSummary
  /** Watches more types, for the overview of this one node; returns how to stop. */
  alsoWatch(types: readonly ResourceKey[]): () => void
  onChange(listener: () => void): () => void
}

interface Deps {
  readonly context: ContextName
  readonly talos: ReadingPort & EtcdPort & ConfigPort
  readonly clock: ClockPort
  readonly log: LogPort
}

/**
 * Follows a node: watches its resources, asks `Version` to know that it answers, reads counters for CPU, memory
 * and disk. Nothing is shown as current that was not just read: a missed answer makes it `silent` at once.
 */
export function followNode(address: NodeAddress, { context, talos, clock, log }: Deps): FollowedNode {
  const ended = new AbortController()
  const cache = createResourceCache()
  const listeners = new Set<() => void>()
  const readings: Mutable<NodeReadings> = { reach: { kind: 'connecting' } }
  const watched = new Map<string, { users: number; stop: AbortController }>()
  let counters: Counters | undefined
  let measuredBoot: number | undefined
  let askNow: (() => void) | undefined

  // The watch tells that a config changed but not its text, which has secrets: the texts are read and compared.
  const staged = followStagedConfig({
    address,
    talos,
    clock,
    signal: ended.signal,
    tell(isStaged) {
      if (isStaged === undefined) delete readings.configStaged
      else readings.configStaged = isStaged
      changed()
    },
    missed: ignoreMissed,
  })

  function changed(): void {
    for (const listener of listeners) listener()
  }

  function missed(error: unknown): void {
    const reach = readings.reach
    if (reach.kind === 'silent') {
      readings.reach = { ...reach, error: toWireError(error) }
    } else {
      counters = undefined
      delete readings.cpuPercent
      // Another member leads by now, or none does.
      delete readings.etcdLeader
      readings.etcdSilent = true
      readings.reach = { kind: 'silent', since: toInstant(clock.now()), error: toWireError(error) }
    }
    changed()
  }

  async function ask(): Promise<void> {
    const asked = clock.now()
    try {
      const version = await talos.version(address, ended.signal)
      readings.talosVersion = version.tag
      readings.reach = { kind: 'answering', via: talos.route(address), latencyMs: clock.now() - asked }
      readings.lastReadAt = toInstant(clock.now())
      changed()
    } catch (error) {
      if (!ended.signal.aborted) missed(error)
    }
  }

  async function keepAsking(): Promise<void> {
    while (!ended.signal.aborted) {
      await ask()
      const wait = readings.reach.kind === 'answering' ? ASK_EVERY_MS : ASK_SILENT_EVERY_MS
      // One signal per sleep: `AbortSignal.any` of a long-lived signal leaks in Node 20.
      const early = new AbortController()
      askNow = () => early.abort()
      await clock.sleep(wait, early.signal).catch(() => undefined)
    }
  }

  /** Two quick reads first, since a rate needs two; then at leisure. */
  async function keepCounting(): Promise<void> {
    let reads = 0
    while (!ended.signal.aborted) {
      if (readings.reach.kind === 'answering') {
        await count().catch(ignoreMissed)
        reads += 1
      }
      const wait = reads === 0 ? FIRST_COUNT_MS : reads === 1 ? SECOND_COUNT_MS : COUNTERS_EVERY_MS
      await clock.sleep(wait, ended.signal).catch(() => undefined)
    }
  }

  async function count(): Promise<void> {
    const next = await talos.counters(address, ended.signal)
    const busy = next.cpuBusy - (counters?.cpuBusy ?? next.cpuBusy)
    const total = next.cpuTotal - (counters?.cpuTotal ?? next.cpuTotal)
    if (total > 0) readings.cpuPercent = (100 * busy) / total
    counters = next
    readings.memory = { used: next.memoryTotal - next.memoryAvailable, total: next.memoryTotal }
    if (next.ephemeral !== undefined) {
      const { size, available } = next.ephemeral
      readings.disk = { used: size - available, total: size }
    }
    readings.bootedAt = toInstant(next.bootTime * 1000)
    readings.lastReadAt = toInstant(clock.now())
    changed()
    await measureBoot(next.bootTime)
  }

  /** Once per boot, after it came up: what the kernel log says the boot took. */
  async function measureBoot(bootTime: number): Promise<void> {
    const stage = summary().stage
    if (measuredBoot === bootTime) return
    // What the boot before took says nothing of this one.
    delete readings.bootTookSeconds
    if (stage?.name !== 'running' || !stage.ready) return
    measuredBoot = bootTime
    const lines: string[] = []
    for await (const line of talos.kernelLog(address, { follow: false, tail: false }, ended.signal))
      lines.push(line)
    const took = bootTookSeconds(lines)
    if (took !== undefined) readings.bootTookSeconds = took
    changed()
  }

  async function keepLeader(): Promise<void> {
    while (!ended.signal.aborted) {
      const { role, reach } = summary()
      if (role === 'controlplane' && reach.kind === 'answering') await readLeader().catch(ignoreMissed)
      const known = readings.etcdLeader !== undefined || role === 'worker'
      await clock.sleep(known ? LEADER_EVERY_MS : ASK_SILENT_EVERY_MS, ended.signal).catch(() => undefined)
    }
  }

  async function readLeader(): Promise<void> {
    try {
      const status = await talos.etcdStatus(address, ended.signal)
      readings.etcdLeader = status.leaderId === status.memberId
      delete readings.etcdSilent
    } catch (error) {
      delete readings.etcdLeader
      readings.etcdSilent = true
      throw error
    } finally {
      changed()
    }
  }

  function ignoreMissed(error: unknown): void {
    if (ended.signal.aborted) return
    // The node going away is found out by asking; a role too low or an older version leaves the cell empty.
    if (isFailure(error)) askNow?.()
    else log.error('node reading failed', error, { node: address })
  }

  async function keepWatching(key: ResourceKey, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const event of talos.watch(address, key, signal)) {
          cache.apply(key, event)
          if (event.kind === 'lost') askNow?.()
          if (key === MACHINE_CONFIG && tellsWhatIs(event)) staged.changed()
          if (event.kind !== 'present') changed()
        }
      } catch (error) {
        if (isAborted(signal) || isForGood(error)) return
        if (!(error instanceof TalosFailure))
          log.error('watch failed', error, { node: address, type: key.type })
      }
      await clock.sleep(RETRY_WATCH_MS, signal).catch(() => undefined)
    }
  }

  function watch(key: ResourceKey): void {
    const running = watched.get(key.type)
    if (running !== undefined) {
      running.users += 1
      return
    }
    const stop = new AbortController()
    watched.set(key.type, { users: 1, stop })
    void keepWatching(key, stop.signal)
  }

  function unwatch(key: ResourceKey): void {
    const running = watched.get(key.type)
    if (running === undefined) return
    running.users -= 1
    if (running.users > 0) return
    running.stop.abort()
    watched.delete(key.type)
  }

  function summary(): NodeSummary {
    return summarise(context, address, cache, readings)
  }

  for (const key of FLEET_TYPES) watch(key)
  void keepAsking()
  void keepCounting()
  void keepLeader()

  return {
    address,
    cache,
    summary,
    alsoWatch(types) {
      for (const key of types) watch(key)
      return () => types.forEach(unwatch)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [Symbol.dispose]() {
      ended.abort()
      askNow?.()
      for (const { stop } of watched.values()) stop.abort()
      listeners.clear()
    },
  }
}

/** Through a call, because the compiler takes the property for unchanging. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

/** Not one of many in a snapshot, and not the loss of all of them. */
function tellsWhatIs({ kind }: WatchEvent): boolean {
  return kind === 'ready' || kind === 'changed' || kind === 'gone'
}

/** A type this version does not have, or this role may not read: asking again would not help. */
function isForGood(error: unknown): boolean {
  return isFailure(error, 'unsupported-by-version', 'role-too-low', 'control-plane-only')
}
