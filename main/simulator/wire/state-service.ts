import { Code, SimulatedStatus, type StoredResource } from '../machine-api.ts'
import type { Event } from '../../talos/generated/cosi/resource/Event.ts'
import type { Resource } from '../../talos/generated/cosi/resource/Resource.ts'
import type { StateHandlers } from '../../talos/generated/cosi/resource/State.ts'
import type { WatchRequest__Output } from '../../talos/generated/cosi/resource/WatchRequest.ts'
import type { WatchResponse } from '../../talos/generated/cosi/resource/WatchResponse.ts'
import type { CallContext, Methods } from './call.ts'
import { JOURNAL_CAPACITY, type JournalEvent, journalOf } from './journal.ts'
import { catalogueOf } from './resource-catalogue.ts'
import { protoSpecOf } from './proto-spec.ts'
import { filterOf, type ResourceFilter } from './resource-query.ts'
import { minorOf } from './talos-version.ts'
import { secondsAndNanos } from './wire-values.ts'

/** cosi.resource.State as a node serves it: reads by the access policy, watches by behaviour.md §3.2, no writes. */
export const stateMethods: Methods<StateHandlers> = {
  Get({ namespace, type, id }, context) {
    const found = listKind(context, namespace, type).find((resource) => resource.id === id)
    if (!found)
      throw new SimulatedStatus(
        Code.NOT_FOUND,
        `resource ${type}(${namespace}/${id}@undefined) doesn't exist`,
      )
    return { resource: toWire(found, context) }
  },
  async *List({ namespace, type, options }, context) {
    const filter = filterOf(options)
    for (const resource of listKind(context, namespace, type))
      if (filter(resource)) yield { resource: toWire(resource, context) }
  },
  async *Watch(request, context) {
    checkReadable(context, request.namespace, request.type)
    const watch = startWatch(request, context)
    yield { event: [] }
    for await (const events of watch.batches) {
      const shown = events.filter(
        ({ eventType }) =>
          request.apiVersion >= 1 || (eventType !== 'BOOTSTRAPPED' && eventType !== 'ERRORED'),
      )
      yield* framed(shown, request.options?.aggregated === true && !watch.single)
    }
  },
  Create: refuseWrite,
  Update: refuseWrite,
  Destroy: refuseWrite,
  Teardown: refuseWrite,
  TeardownAndDestroy: refuseWrite,
}

function refuseWrite(): never {
  throw new SimulatedStatus(Code.PERMISSION_DENIED, 'write access is not allowed')
}

function checkReadable({ machine, protos, roles }: CallContext, namespace: string, type: string): void {
  catalogueOf(minorOf(machine.talosVersion), protos).checkReadable(namespace, type, roles.has('os:admin'))
}

function listKind(context: CallContext, namespace: string, type: string): readonly StoredResource[] {
  checkReadable(context, namespace, type)
  const { machine, protos } = context
  const described = catalogueOf(minorOf(machine.talosVersion), protos).describe(namespace, type)
  return described ?? machine.resources.list(namespace, type)
}

interface Watch {
  readonly batches: AsyncIterable<readonly Event[]>
  /** Of one id: such watches never aggregate. */
  readonly single: boolean
}

/** Everything that can be refused is refused here, before the first frame; contents are captured at once. */
function startWatch(request: WatchRequest__Output, context: CallContext): Watch {
  const { namespace, type, options } = request
  const tail = options?.tailEvents ?? 0
  const bookmark = options?.startFromBookmark
  const hasBookmark = bookmark !== undefined
  if (tail > 0 && hasBookmark) throw new Error('cannot use both TailEvents and StartFromBookmark options')
  // proto-loader's oneofs name the field that was set: an empty id is not an absent one.
  if ('_id' in request) return watchOne(request, context)
  if (options?.bootstrapContents && (tail > 0 || hasBookmark))
    throw new Error('cannot use BootstrapContents with TailEvents and StartFromBookmark options')

  const filter = filterOf(options)
  const journal = journalOf(context.machine)
  let position = journal.position(namespace, type)
  const before: Event[] = []
  if (options?.bootstrapContents) {
    for (const resource of listKind(context, namespace, type))
      if (filter(resource)) before.push({ eventType: 'CREATED', resource: toWire(resource, context) })
    before.push({
      eventType: 'BOOTSTRAPPED',
      resource: tombstone(request, '', context),
      bookmark: journal.bookmark(position - 1),
    })
  }
  if (tail > 0) position = Math.max(position - tail, journal.oldest(namespace, type))
  if (hasBookmark) position = resumeAt(context, request, bookmark) + 1
  if (options?.bootstrapBookmark && minorOf(context.machine.talosVersion) >= 10)
    before.push({
      eventType: 'NOOP',
      resource: tombstone(request, '', context),
      bookmark: journal.bookmark(position - 1),
    })
  return {
    batches: follow(context, request, before, position, (event) => transform(event, filter)),
    single: false,
  }
}

function watchOne(request: WatchRequest__Output, context: CallContext): Watch {
  const { namespace, type, options } = request
  const id = request.id ?? ''
  if (options?.bootstrapContents)
    throw new SimulatedStatus(Code.UNIMPLEMENTED, 'bootstrap contents is not implemented for resource watch')
  if ((options?.labelQuery ?? []).length > 0)
    throw new SimulatedStatus(Code.UNIMPLEMENTED, 'label query is not implemented for resource watch')

  const journal = journalOf(context.machine)
  let position = journal.position(namespace, type)
  const before: Event[] = []
  const tail = options?.tailEvents ?? 0
  const bookmark = options?.startFromBookmark
  if (bookmark) position = resumeAt(context, request, bookmark) + 1
  else if (tail > 0) position = tailOfOne(context, request, id, tail)
  else {
    const current = listKind(context, namespace, type).find((resource) => resource.id === id)
    before.push(
      current
        ? { eventType: 'CREATED', resource: toWire(current, context) }
        : { eventType: 'DESTROYED', resource: tombstone(request, id, context) },
    )
  }
  const batches = follow(context, request, before, position, (entry) =>
    entry.event.resource.id === id ? entry : undefined,
  )
  return { batches, single: true }
}

function resumeAt(
  { machine }: CallContext,
  { namespace, type }: WatchRequest__Output,
  bookmark: Buffer,
): number {
  const position = journalOf(machine).resume(namespace, type, bookmark)
  if (position === undefined) throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'invalid watch bookmark')
  return position
}

function tailOfOne(
  { machine }: CallContext,
  { namespace, type }: WatchRequest__Output,
  id: string,
  tail: number,
): number {
  const journal = journalOf(machine)
  const events = journal.read(namespace, type, journal.oldest(namespace, type))
  const own = events === 'overrun' ? [] : events.filter(({ event }) => event.resource.id === id)
  return own.at(-tail)?.position ?? own[0]?.position ?? journal.position(namespace, type)
}

async function* follow(
  context: CallContext,
  { namespace, type }: WatchRequest__Output,
  before: readonly Event[],
  from: number,
  select: (entry: JournalEvent) => JournalEvent | undefined,
): AsyncGenerator<readonly Event[]> {
  const { machine, signal } = context
  const journal = journalOf(machine)
  if (before.length > 0) yield before
  let position = from
  for (;;) {
    await journal.wait(namespace, type, position, signal)
    if (signal.aborted) return
    const entries = journal.read(namespace, type, position)
    if (entries === 'overrun') {
      const end = journal.position(namespace, type)
      const error =
        `buffer overrun: namespace ${JSON.stringify(namespace)} type ${JSON.stringify(type)}, ` +
        `write pos ${end}, pos ${position}, capacity ${JOURNAL_CAPACITY}`
      yield [{ eventType: 'ERRORED', error }]
      // The node says no more on this watch but leaves it open; the client is to drop it.
      await aborted(signal)
      return
    }
    position += entries.length
    const events = entries.map(select).filter((entry) => entry !== undefined)
    if (events.length > 0)
      yield events.map((entry) => ({
        ...toWireEvent(entry, context),
        bookmark: journal.bookmark(entry.position),
      }))
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** A resource that begins or ceases to match is created or destroyed as far as this watch goes. */
function transform(entry: JournalEvent, filter: ResourceFilter): JournalEvent | undefined {
  const { event } = entry
  if (event.kind !== 'updated') return filter(event.resource) ? entry : undefined
  const was = filter(event.old)
  const is = filter(event.resource)
  if (was && is) return entry
  if (!was && !is) return undefined
  return { ...entry, event: { kind: is ? 'created' : 'destroyed', resource: event.resource } }
}

function* framed(events: readonly Event[], aggregated: boolean): Generator<WatchResponse> {
  if (aggregated) yield { event: [...events] }
  else for (const event of events) yield { event: [event] }
}

function toWireEvent({ event }: JournalEvent, context: CallContext): Event {
  const resource = toWire(event.resource, context)
  switch (event.kind) {
    case 'created':
      return { eventType: 'CREATED', resource }
    case 'updated':
      return { eventType: 'UPDATED', resource, old: toWire(event.old, context) }
    case 'destroyed':
      return { eventType: 'DESTROYED', resource }
  }
}

function toWire(resource: StoredResource, { protos }: CallContext): Resource {
  return {
    metadata: {
      namespace: resource.namespace,
      type: resource.type,
      id: resource.id,
      version: String(resource.version),
      owner: resource.owner,
      phase: resource.phase,
      created: secondsAndNanos(resource.created),
      updated: secondsAndNanos(resource.updated),
      finalizers: [],
      labels: { ...resource.labels },
      annotations: { ...resource.annotations },
    },
    spec: { protoSpec: protoSpecOf(protos, resource), yamlSpec: resource.yamlSpec },
  }
}

function tombstone(
  { namespace, type }: { readonly namespace: string; readonly type: string },
  id: string,
  { machine }: CallContext,
): Resource {
  const now = secondsAndNanos(machine.clock.now())
  return {
    metadata: { namespace, type, id, version: 'undefined', phase: 'running', created: now, updated: now },
    spec: {},
  }
}
