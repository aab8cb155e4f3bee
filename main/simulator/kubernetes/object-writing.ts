import { ApiFailure, alreadyExists, badRequest, conflict, invalid, uidMismatch } from './api-failure.ts'
import { apiVersionOf, qualifiedName, RESOURCES } from './catalogue.ts'
import { isTree } from './list-keys.ts'
import { patched } from './merge-patch.ts'
import type { ObjectStore } from './object-store.ts'
import { type KubeObject, type Plural, timestamp } from './objects.ts'
import { APPLY, type Target } from './request.ts'
import { applied } from './server-side-apply.ts'

type Body = Readonly<Record<string, unknown>>

export interface ObjectWriter {
  readonly store: ObjectStore
  readonly now: () => number
  /** For a new object. */
  readonly newUid: () => string
}

export interface WriteOptions {
  readonly isDryRun: boolean
  readonly mediaType: string
  readonly fieldManager: string
  readonly force: boolean
}

/** @throws ApiFailure 409 when there is one already */
export function createObject(
  writer: ObjectWriter,
  target: Target,
  body: Body,
  how: Pick<WriteOptions, 'isDryRun'>,
): KubeObject {
  const name = metadataOf(body)['name']
  if (typeof name !== 'string' || name === '') throw badRequest('name or generateName is required')
  assertKind(target.plural, body)
  const { namespace, plural } = target
  if (writer.store.get(plural, namespace, name)) throw alreadyExists(plural, name)
  return admit(writer, { ...target, name }, undefined, body, how.isDryRun)
}

/**
 * A patch of any kind; a server-side apply makes what is not there yet.
 * @throws ApiFailure 404, 409 for a conflict, 422 for an apply by nobody
 */
export function patchObject(
  writer: ObjectWriter,
  target: Target,
  patch: Body,
  how: WriteOptions,
): { readonly object: KubeObject; readonly isNew: boolean } {
  const { plural, namespace, name = '' } = target
  const live = writer.store.get(plural, namespace, name)
  if (how.mediaType !== APPLY) {
    if (!live) throw notThere(plural, name)
    const wanted = patched(live, patch, how.mediaType) as Body
    return { object: admit(writer, target, live, wanted, how.isDryRun), isNew: false }
  }
  if (how.fieldManager === '')
    throw invalid('PatchOptions.meta.k8s.io', '', 'fieldManager: Required value: is required for apply patch')
  assertKind(plural, patch)
  const said = textOf(metadataOf(patch)['name'])
  if (said !== '' && said !== name)
    throw badRequest(`the name of the object (${said}) does not match the name on the URL (${name})`)
  if (metadataOf(patch)['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil')
  const wanted = applied(live, patch, {
    manager: how.fieldManager,
    force: how.force,
    now: timestamp(writer.now()),
  })
  return { object: admit(writer, target, live, wanted, how.isDryRun), isNew: live === undefined }
}

export function replaceObject(
  writer: ObjectWriter,
  target: Target,
  wanted: Body,
  how: Pick<WriteOptions, 'isDryRun'>,
): KubeObject {
  const { plural, namespace, name = '' } = target
  const live = writer.store.get(plural, namespace, name)
  if (!live) throw notThere(plural, name)
  assertKind(plural, wanted)
  const { managedFields } = live.metadata
  const metadata = { ...(managedFields ? { managedFields } : {}), ...metadataOf(wanted) }
  return admit(writer, target, live, { ...wanted, metadata }, how.isDryRun)
}

export function deleteObject(writer: ObjectWriter, target: Target, isDryRun: boolean): object {
  const { plural, namespace, name = '' } = target
  const live = writer.store.get(plural, namespace, name)
  if (!live) throw notThere(plural, name)
  if (!isDryRun) writer.store.remove(plural, live)
  const { group } = RESOURCES[plural]
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid: live.metadata.uid },
  }
}

/** What admission and defaulting make of it; stored unless it is a dry run. */
function admit(
  { store, now, newUid }: ObjectWriter,
  { plural, namespace, name = '' }: Target,
  live: KubeObject | undefined,
  wanted: Body,
  isDryRun: boolean,
): KubeObject {
  const said = metadataOf(wanted)
  const version = said['resourceVersion']
  if (live && version !== undefined && version !== live.metadata.resourceVersion) throw conflict(plural, name)
  if (live && said['uid'] !== undefined && said['uid'] !== live.metadata.uid)
    throw uidMismatch(plural, name, textOf(said['uid']), live.metadata.uid)
  const full = defaulted(wanted)
  const isChanged = JSON.stringify(full['spec']) !== JSON.stringify((live as Body | undefined)?.['spec'])
  const generation = (live?.metadata.generation ?? 0) + (isChanged ? 1 : 0)
  const metadata = { ...said, resourceVersion: undefined }
  const object = {
    ...full,
    apiVersion: apiVersionOf(plural),
    kind: RESOURCES[plural].kind,
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: live?.metadata.uid ?? newUid(),
      creationTimestamp: live?.metadata.creationTimestamp ?? timestamp(now()),
      ...(generation > 0 && full['spec'] !== undefined ? { generation } : {}),
    },
    // A status is written by those who bring it about.
    ...(WORKLOADS.includes(plural) ? { status: (live as Body | undefined)?.['status'] ?? {} } : {}),
  } as unknown as KubeObject
  if (!isDryRun) return store.put(plural, object as never)
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: live?.metadata.resourceVersion ?? '' },
  }
}

const WORKLOADS: readonly string[] = ['deployments', 'daemonsets']

/** What the API server fills in, as far as anybody here reads it. */
function defaulted(wanted: Body): Body {
  if (wanted['kind'] === 'Secret') {
    const { stringData, ...rest } = wanted
    const texts = isTree(stringData) ? Object.entries(stringData) : []
    const data = Object.fromEntries(
      texts.map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]),
    )
    return {
      type: 'Opaque',
      ...rest,
      ...(isTree(rest['data']) || texts.length > 0
        ? { data: { ...(isTree(rest['data']) ? rest['data'] : {}), ...data } }
        : {}),
    }
  }
  const { spec } = wanted
  const template = isTree(spec) ? spec['template'] : undefined
  if (!isTree(spec) || !isTree(template)) return wanted
  const pod = isTree(template['spec']) ? template['spec'] : {}
  return {
    ...wanted,
    spec: {
      ...(wanted['kind'] === 'Deployment' ? { replicas: 1 } : {}),
      ...spec,
      template: {
        ...template,
        spec: {
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          schedulerName: 'default-scheduler',
          serviceAccountName: 'default',
          tolerations: [],
          ...pod,
        },
      },
    },
  }
}

function metadataOf(body: Body): Body {
  return isTree(body['metadata']) ? body['metadata'] : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function assertKind(plural: Plural, body: Body): void {
  const wanted = `${apiVersionOf(plural)}, Kind=${RESOURCES[plural].kind}`
  const is = `${textOf(body['apiVersion'])}, Kind=${textOf(body['kind'])}`
  if (is !== wanted)
    throw badRequest(`the object provided is ${is} and ${qualifiedName(plural)} takes ${wanted}`)
}

function notThere(plural: Plural, name: string): ApiFailure {
  return new ApiFailure(404, 'NotFound', `${qualifiedName(plural)} "${name}" not found`, {
    name,
    kind: plural,
  })
}
