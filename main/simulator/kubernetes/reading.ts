import { ApiFailure, badRequest, expired, toStatusObject } from './api-failure.ts'
import { apiVersionOf, isCustom, RESOURCES } from './catalogue.ts'
import type { ObjectStore } from './object-store.ts'
import type { KubeObject, Plural } from './objects.ts'
import type { Form, Target } from './request.ts'
import { fieldFilter, type Filter, labelFilter } from './selectors.ts'
import { tableOf } from './tables.ts'

/** Field selectors that the API server knows, beyond `metadata.name` and `metadata.namespace`. */
const FIELDS: Partial<Record<Plural, readonly string[]>> = {
  nodes: ['spec.unschedulable'],
  pods: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'status.podIP'],
}

export interface Reader {
  readonly store: ObjectStore
  readonly now: () => number
}

export function selection({ plural, namespace, name }: Target, query: URLSearchParams): Filter {
  const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[plural] ?? [])]
  const byLabel = labelFilter(query.get('labelSelector') ?? '')
  const byField = fieldFilter(query.get('fieldSelector') ?? '', known)
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    byLabel(object) &&
    byField(object)
}

/** One object, in the form asked for. */
export function shownOne(
  reader: Reader,
  plural: Plural,
  object: KubeObject,
  query: URLSearchParams,
  form: Form,
): object {
  if (!form.isTable) return object
  const resourceVersion = object.metadata.resourceVersion ?? ''
  return tableOf(plural, [object], {
    now: reader.now(),
    resourceVersion,
    include: includeOf(query),
    columns: true,
  })
}

/**
 * A list, in pages where the caller sets `limit`.
 * @throws ApiFailure 400 for a `continue` that is not ours
 */
export function list(reader: Reader, target: Target, query: URLSearchParams, form: Form): object {
  const { store } = reader
  const all = store.list(target.plural).filter(selection(target, query))
  const start = startOf(query.get('continue'))
  const limit = Number(query.get('limit') ?? 0)
  const page = limit > 0 ? all.slice(start, start + limit) : all.slice(start)
  const left = all.length - start - page.length
  const more =
    left > 0
      ? {
          continue: Buffer.from(JSON.stringify({ start: start + page.length })).toString('base64url'),
          remainingItemCount: left,
        }
      : {}
  const resourceVersion = String(store.version)
  if (form.isTable)
    return tableOf(target.plural, page, {
      now: reader.now(),
      resourceVersion,
      include: includeOf(query),
      columns: true,
      more,
    })
  return {
    kind: `${RESOURCES[target.plural].kind}List`,
    apiVersion: apiVersionOf(target.plural),
    metadata: { resourceVersion, ...more },
    // In a list the kind is said once, but for those of CustomResourceDefinitions.
    items: isCustom(target.plural)
      ? page
      : page.map((object) => ({ ...object, kind: undefined, apiVersion: undefined })),
  }
}

/**
 * Follows what the selection sees: calls `send` with each event until the returned function is called.
 * @throws ApiFailure 400 for a resource version that is none
 */
export function watch(
  reader: Reader,
  target: Target,
  query: URLSearchParams,
  form: Form,
  send: (event: object) => void,
): () => void {
  const { store } = reader
  const { plural } = target
  const selects = selection(target, query)
  let first = true

  function shown(object: KubeObject): object {
    if (!form.isTable) return object
    const columns = first
    first = false
    return tableOf(plural, [object], {
      now: reader.now(),
      resourceVersion: object.metadata.resourceVersion ?? '',
      include: includeOf(query),
      columns,
    })
  }

  function tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    send({ type, object: shown(object) })
  }

  const from = query.get('resourceVersion') ?? ''
  const initial = query.get('sendInitialEvents') === 'true'
  if (initial || from === '' || from === '0') {
    for (const object of store.list(plural)) if (selects(object)) tell('ADDED', object)
    if (initial) send({ type: 'BOOKMARK', object: bookmark() })
  } else {
    const version = Number(from)
    if (!Number.isInteger(version))
      throw badRequest(`Invalid value: "${from}": a resource version is a number`)
    const missed = store.since(version)
    if (!missed) {
      send({ type: 'ERROR', object: toStatusObject(expired(version, store.version)) })
      return () => undefined
    }
    for (const change of missed) pass(change)
  }
  return store.subscribe(pass)

  /** An object that a change moves into or out of the selection comes or goes for this caller. */
  function pass(change: Parameters<Parameters<ObjectStore['subscribe']>[0]>[0]): void {
    if (change.plural !== plural) return
    const { type, object, old } = change
    const isIn = selects(object)
    const wasIn = old ? selects(old) : type === 'DELETED' && isIn
    if (type === 'DELETED') {
      if (isIn) tell('DELETED', object)
    } else if (isIn) tell(wasIn ? 'MODIFIED' : 'ADDED', object)
    else if (wasIn) tell('DELETED', object)
  }

  function bookmark(): object {
    const { kind } = RESOURCES[plural]
    const metadata = {
      resourceVersion: String(store.version),
      creationTimestamp: undefined,
      annotations: { 'k8s.io/initial-events-end': 'true' },
    }
    return form.isTable
      ? { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: [], rows: [] }
      : { kind, apiVersion: apiVersionOf(plural), metadata }
  }
}

function includeOf(query: URLSearchParams): 'Metadata' | 'Object' | 'None' {
  const asked = query.get('includeObject')
  return asked === 'Object' || asked === 'None' ? asked : 'Metadata'
}

function startOf(token: string | null): number {
  if (token === null || token === '') return 0
  try {
    const { start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { readonly start: unknown }
    if (Number.isInteger(start)) return start as number
  } catch {
    // Told below, as any other that is not ours.
  }
  throw new ApiFailure(400, 'BadRequest', 'continue key is not valid')
}
