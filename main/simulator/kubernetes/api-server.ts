import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpsPeer } from '../secure-server.ts'
import { ApiFailure, badRequest, methodNotAllowed, toStatusObject } from './api-failure.ts'
import { discoveryAt, isServed, RESOURCES } from './catalogue.ts'
import { assertPatchType } from './merge-patch.ts'
import {
  createObject,
  deleteObject,
  type ObjectWriter,
  patchObject,
  replaceObject,
} from './object-writing.ts'
import type { KubeObject } from './objects.ts'
import { list, type Reader, shownOne, watch } from './reading.ts'
import { bodyOf, type Form, formFor, mediaTypeOf, type Target, targetOf } from './request.ts'
import { evict, existing, patchNode, remove, replaceNode, type Writer } from './writing.ts'

export interface ApiServer extends Reader, Writer, ObjectWriter {
  /** `v1.36.3` */
  readonly version: () => string
  /** `127.0.1.2:6443` */
  readonly address: string
}

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  peer: HttpsPeer | undefined,
) => Promise<void>

/** What anybody may read, with a certificate or without (system:public-info-viewer). */
const PUBLIC = ['/version', '/healthz', '/livez', '/readyz']

/** Answers as one kube-apiserver. */
export function createApiHandler(server: ApiServer): Handler {
  return async (request, response, peer) => {
    const url = new URL(request.url ?? '/', 'https://kubernetes')
    const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, '') : url.pathname
    try {
      authorise(request, path, peer)
      const reply = await answer(server, { request, response, path, query: url.searchParams })
      if (reply) send(response, reply)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else sendFailure(response, error)
    }
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly query: URLSearchParams
}

interface Reply {
  readonly code: number
  /** JSON, or plain text. */
  readonly body: object | string
}

/** Undefined where the answer is a stream that goes on by itself. */
async function answer(server: ApiServer, exchange: Exchange): Promise<Reply | undefined> {
  const { request, path, query } = exchange
  if (path === '/version') return ok(versionInfo(server.version()))
  if (PUBLIC.includes(path)) return ok('ok')
  const discovery = discoveryAt(path, server.address, server.store)
  if (discovery) {
    if (request.method !== 'GET') throw methodNotAllowed()
    return ok(discovery)
  }
  const target = targetOf(path)
  if (!target || !isServed(server.store, target.plural)) return NO_PAGE
  if (target.subresource !== undefined) return subresource(server, target, exchange)
  const form = formFor(request.headers.accept)
  if (request.method !== 'GET') return write(server, target, exchange, form)
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    stream(server, target, exchange, form)
    return undefined
  }
  if (target.name === undefined) return ok(list(server, target, query, form))
  const object = existing(server.store, target.plural, target)
  return ok(shownOne(server, target.plural, object, query, form))
}

function ok(body: object | string): Reply {
  return { code: 200, body }
}

const NO_PAGE: Reply = { code: 404, body: '404 page not found\n' }

async function subresource(server: ApiServer, target: Target, { request }: Exchange): Promise<Reply> {
  if (target.plural !== 'pods' || target.subresource !== 'eviction') return NO_PAGE
  if (request.method !== 'POST') throw methodNotAllowed()
  const body = await bodyOf(request)
  if (body?.['kind'] !== 'Eviction') throw badRequest('the body is no Eviction')
  return { code: 201, body: evict(server, target, body) }
}

async function write(
  server: ApiServer,
  target: Target,
  { request, query }: Exchange,
  form: Form,
): Promise<Reply> {
  const { plural } = target
  const verb = VERBS[request.method ?? '']
  const isCollection = verb === 'create'
  if (
    verb === undefined ||
    !RESOURCES[plural].verbs.includes(verb) ||
    isCollection !== (target.name === undefined)
  )
    throw methodNotAllowed()
  const mediaType = mediaTypeOf(request)
  if (verb === 'patch') assertPatchType(mediaType, plural)
  const body = await bodyOf(request)
  const isDryRun = query.getAll('dryRun').includes('All')
  if (verb === 'delete') {
    if (plural === 'pods' || plural === 'poddisruptionbudgets')
      return ok(remove(server, target, body ?? {}, query.get('gracePeriodSeconds')))
    return ok(deleteObject(server, target, isDryRun || isDryRunOf(body)))
  }
  if (!body) throw badRequest('the request has no body')
  const shown = (object: KubeObject, code = 200): Reply => ({
    code,
    body: shownOne(server, plural, object, query, form),
  })
  if (plural === 'nodes') {
    const how = { isDryRun }
    return shown(
      verb === 'patch'
        ? patchNode(server, target, body, { ...how, mediaType })
        : replaceNode(server, target, body, how),
    )
  }
  if (verb === 'create') return shown(createObject(server, target, body, { isDryRun }), 201)
  if (verb === 'update') return shown(replaceObject(server, target, body, { isDryRun }))
  const { object, isNew } = patchObject(server, target, body, {
    isDryRun,
    mediaType,
    fieldManager: query.get('fieldManager') ?? '',
    force: query.get('force') === 'true',
  })
  return shown(object, isNew ? 201 : 200)
}

function isDryRunOf(options: Readonly<Record<string, unknown>> | undefined): boolean {
  const { dryRun } = options ?? {}
  return Array.isArray(dryRun) && dryRun.includes('All')
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PATCH: 'patch',
  PUT: 'update',
  DELETE: 'delete',
}

/** Events line by line until the caller goes or its `timeoutSeconds` are over. */
function stream(server: ApiServer, target: Target, exchange: Exchange, form: Form): void {
  const { response, query } = exchange
  const events: object[] = []
  let tell = (event: object): void => void events.push(event)
  const stop = watch(server, target, query, form, (event) => tell(event))
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  tell = (event) => response.write(`${JSON.stringify(event)}\n`)
  for (const event of events) tell(event)
  const seconds = Number(query.get('timeoutSeconds') ?? 0)
  const timer = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined
  response.on('close', () => {
    clearTimeout(timer)
    stop()
  })
}

/**
 * Masters may do everything, nobody else anything but look at what is public.
 * @throws ApiFailure 401 for credentials that are none, 403 for the rest
 */
function authorise(request: IncomingMessage, path: string, peer: HttpsPeer | undefined): void {
  if (peer ? !peer.trusted : request.headers.authorization !== undefined)
    throw new ApiFailure(401, 'Unauthorized', 'Unauthorized')
  if (peer?.groups.includes('system:masters') || PUBLIC.includes(path)) return
  const user = peer ? peer.user : 'system:anonymous'
  const target = targetOf(path)
  if (!target) throw forbidden(`User "${user}" cannot ${verbOf(request)} path "${path}"`, '')
  const { plural, name, namespace } = target
  const { group } = RESOURCES[plural]
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const verb = request.method === 'GET' && name === undefined ? 'list' : verbOf(request)
  throw forbidden(
    `User "${user}" cannot ${verb} resource "${plural}" in API group "${group}" ${where}`,
    `${group === '' ? plural : `${plural}.${group}`}${name === undefined ? '' : ` "${name}"`} is `,
    { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural },
  )
}

function forbidden(why: string, what: string, details = {}): ApiFailure {
  return new ApiFailure(403, 'Forbidden', `${what}forbidden: ${why}`, details)
}

function verbOf({ method = 'GET' }: IncomingMessage): string {
  return VERBS[method] ?? method.toLowerCase()
}

function versionInfo(gitVersion: string): object {
  const [major = '', minor = ''] = gitVersion.replace('v', '').split('.')
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '',
    goVersion: '',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}

function send(response: ServerResponse, { code, body }: Reply): void {
  const isText = typeof body === 'string'
  response.writeHead(code, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'cache-control': 'no-cache, private',
  })
  response.end(isText ? body : JSON.stringify(body))
}

function sendFailure(response: ServerResponse, error: unknown): void {
  const failure =
    error instanceof ApiFailure
      ? error
      : new ApiFailure(500, 'InternalError', `Internal error occurred: ${String(error)}`)
  send(response, { code: failure.code, body: toStatusObject(failure) })
}
