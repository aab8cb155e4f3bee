import { parse } from 'yaml'
import type { Resource, ResourceKey, WatchEvent } from '../domain/nodes/talos-port.ts'
import type { ClockPort } from '../domain/clock-port.ts'
import { TalosFailure, isFailure } from '../domain/talos-failure.ts'
import type { Caller } from './call.ts'
import type { Event__Output } from './generated/cosi/resource/Event.ts'
import type { Resource__Output } from './generated/cosi/resource/Resource.ts'
import type { TalosProtos } from './load-protos.ts'
import { toOptionalInstant } from './timestamp.ts'

export const MACHINE_CONFIG_TYPE = 'MachineConfigs.config.talos.dev'

const LIST_DEADLINE_MS = 30_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
/** For what a new attempt will hardly mend (role, version, CA), yet a reboot or an upgrade may. */
const HOPELESS_PAUSE_MS = 60_000

export interface Cosi {
  get(node: string, key: Required<ResourceKey>, signal: AbortSignal): Promise<Resource | undefined>
  getRaw(node: string, key: Required<ResourceKey>, signal: AbortSignal): Promise<Resource__Output | undefined>
  list(node: string, key: ResourceKey, signal: AbortSignal): Promise<readonly Resource[]>
  /**
   * Never throws but for cancelling: what fails is told as `lost`, and a new watch begins after a pause of 0.25 to
   * 10 s, or of a minute after a failure that trying again hardly mends (`role-too-low`, `unsupported-by-version`).
   */
  watch(node: string, key: ResourceKey, signal: AbortSignal): AsyncGenerator<WatchEvent, void, undefined>
}

/** `cosi.resource.State` as behaviour.md §3.1–3.2 has it. */
export function createCosi(caller: Caller, protos: TalosProtos, clock: ClockPort): Cosi {
  const { state } = protos

  async function getRaw(
    node: string,
    key: Required<ResourceKey>,
    signal: AbortSignal,
  ): Promise<Resource__Output | undefined> {
    try {
      const answer = await caller.unary(node, state.Get, { ...key, options: {} }, { signal })
      return answer.resource ?? undefined
    } catch (error) {
      if (isFailure(error, 'not-found')) return undefined
      throw error
    }
  }

  /** One watch until it ends; returns why. */
  async function* watchOnce(
    node: string,
    key: ResourceKey,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, unknown, undefined> {
    const request = {
      namespace: key.namespace,
      type: key.type,
      ...(key.id === undefined ? {} : { id: key.id }),
      // `bootstrapContents` with an id is refused; the state of the one resource comes without.
      options: { bootstrapContents: key.id === undefined, aggregated: true },
      // With 0, BOOTSTRAPPED and ERRORED would be left out.
      apiVersion: 1,
    }
    const fold = createWatchFold(key.id !== undefined)
    try {
      for await (const frame of caller.stream(node, state.Watch, request, { signal })) {
        for (const event of frame.event) {
          if (event.eventType === 'ERRORED') {
            return new TalosFailure('interrupted', `${node} broke off the watch of ${key.type}.`, { node })
          }
          yield* fold(event)
        }
      }
    } catch (error) {
      return error
    }
    return new TalosFailure('unreachable', `${node} ended the watch of ${key.type}.`, { node })
  }

  return {
    getRaw,
    async get(node, key, signal) {
      const raw = await getRaw(node, key, signal)
      return raw === undefined ? undefined : toResource(raw)
    },
    async list(node, key, signal) {
      const { namespace, type, id } = key
      const found: Resource[] = []
      const options = { signal, deadlineMs: LIST_DEADLINE_MS }
      for await (const frame of caller.stream(node, state.List, { namespace, type, options: {} }, options)) {
        if (frame.resource !== null) found.push(toResource(frame.resource))
      }
      return id === undefined ? found : found.filter((resource) => resource.id === id)
    },
    async *watch(node, key, signal) {
      let pause = FIRST_PAUSE_MS
      for (;;) {
        const once = watchOnce(node, key, signal)
        let step = await once.next()
        try {
          while (step.done !== true) {
            if (step.value.kind === 'ready') pause = FIRST_PAUSE_MS
            yield step.value
            step = await once.next()
          }
        } finally {
          await once.return(undefined)
        }
        if (signal.aborted) throw new TalosFailure('cancelled', 'The watch was cancelled.', { node })
        const error = step.value
        yield { kind: 'lost', error }
        await sleepOrCancel(clock, isHopeless(error) ? HOPELESS_PAUSE_MS : pause, node, signal)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      }
    },
  }
}

function isHopeless(error: unknown): boolean {
  return isFailure(error, 'role-too-low', 'unsupported-by-version', 'wrong-ca', 'certificate-expired')
}

async function sleepOrCancel(
  clock: ClockPort,
  milliseconds: number,
  node: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal)
  } catch (cause) {
    throw new TalosFailure('cancelled', 'The watch was cancelled.', { node, cause })
  }
}

/** Turns the events of one watch into ours; knows where the snapshot ends. */
function createWatchFold(single: boolean): (event: Event__Output) => Iterable<WatchEvent> {
  let live = false
  return function* fold(event) {
    const { eventType, resource } = event
    if (eventType === 'BOOTSTRAPPED' && !live) {
      live = true
      yield { kind: 'ready' }
    }
    if (resource === null) return
    if (eventType === 'CREATED' || eventType === 'UPDATED') {
      yield { kind: live ? 'changed' : 'present', resource: toResource(resource) }
    } else if (eventType === 'DESTROYED') {
      // The tombstone that opens the watch of one absent resource tells nothing new: it was not in the snapshot.
      if (live) yield { kind: 'gone', id: resource.metadata?.id ?? '' }
    } else {
      return
    }
    if (single && !live) {
      live = true
      yield { kind: 'ready' }
    }
  }
}

/**
 * The resource as the rules see it. The spec of a MachineConfig is left out: it is the whole configuration with its
 * secrets, and `readMachineConfig` is the one way to it.
 */
function toResource(raw: Resource__Output): Resource {
  const metadata = raw.metadata
  const created = toOptionalInstant(metadata?.created)
  const updated = toOptionalInstant(metadata?.updated)
  const type = metadata?.type ?? ''
  return {
    namespace: metadata?.namespace ?? '',
    type,
    id: metadata?.id ?? '',
    version: metadata?.version ?? '',
    phase: metadata?.phase === 'tearingDown' ? 'tearingDown' : 'running',
    ...(created === undefined ? {} : { created }),
    ...(updated === undefined ? {} : { updated }),
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    spec: type === MACHINE_CONFIG_TYPE ? undefined : parseSpec(raw.spec?.yamlSpec ?? '', type),
  }
}

/** Throws without a cause: the parser's message quotes the spec. */
export function parseSpec(yamlSpec: string, type: string): unknown {
  if (yamlSpec === '') return undefined
  try {
    return parse(yamlSpec, { prettyErrors: false, logLevel: 'error' }) as unknown
  } catch {
    throw new TalosFailure('node-error', `The spec of a ${type} is not the YAML it should be.`)
  }
}
