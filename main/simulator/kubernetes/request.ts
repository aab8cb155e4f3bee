import type { IncomingMessage } from 'node:http'
import { parse } from 'yaml'
import { ApiFailure, badRequest } from './api-failure.ts'
import { isPlural, RESOURCES } from './catalogue.ts'
import type { Plural } from './objects.ts'
import { objectOfProtobuf, PROTOBUF } from './protobuf-body.ts'

/** Where a request goes: a kind of object, one of them, or something that hangs on it. */
export interface Target {
  readonly plural: Plural
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** Reads `/api/v1/namespaces/home/pods/x/eviction`; undefined for a path that leads nowhere. */
export function targetOf(path: string): Target | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart)
  const group = parts[0] === 'api' ? '' : parts[0] === 'apis' ? parts[1] : undefined
  const rest = parts.slice(group === '' ? 1 : 2)
  if (group === undefined) return undefined
  const scoped = rest[1] === 'namespaces' && rest.length > 3
  const [plural = '', name, subresource, ...beyond] = rest.slice(scoped ? 3 : 1)
  if (!isPlural(plural) || beyond.length > 0) return undefined
  if (RESOURCES[plural].group !== group || RESOURCES[plural].version !== rest[0]) return undefined
  if (scoped !== RESOURCES[plural].namespaced && (scoped || name !== undefined)) return undefined
  return { plural, namespace: scoped ? rest[2] : undefined, name, subresource }
}

/** Names such as `system:coredns` come percent-encoded from some clients; what cannot be decoded names nothing. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export interface Form {
  readonly isTable: boolean
}

/**
 * What the caller wants back. Tables and plain JSON are all there is here.
 * @throws ApiFailure 406 when neither will do
 */
export function formFor(accept: string | undefined): Form {
  for (const part of (accept ?? '*/*').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim())
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue
    const as = parameters.find((parameter) => parameter.startsWith('as='))
    if (as === undefined) return { isTable: false }
    if (as === 'as=Table') return { isTable: true }
  }
  throw new ApiFailure(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io',
  )
}

const BODY_LIMIT = 3 * 1024 * 1024

/**
 * The object a request carries, in JSON or, of a few kinds, in protobuf; undefined when it has no body.
 * @throws ApiFailure 400 for what is no JSON object, 413 beyond 3 MiB, 415 for other encodings
 */
export async function bodyOf(
  request: IncomingMessage,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > BODY_LIMIT)
      throw new ApiFailure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`)
    chunks.push(bytes)
  }
  if (size === 0) return undefined
  const mediaType = mediaTypeOf(request)
  if (mediaType === PROTOBUF) return objectOfProtobuf(Buffer.concat(chunks))
  const isYaml = mediaType === APPLY
  if (!isYaml && !/^application\/([a-z-]+\+)?json$/.test(mediaType))
    throw new ApiFailure(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json',
    )
  let value: unknown
  try {
    const text = Buffer.concat(chunks).toString()
    value = isYaml ? parse(text) : JSON.parse(text)
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : ''}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the object provided is unrecognized: no object')
  return value as Readonly<Record<string, unknown>>
}

/** Server-side apply sends YAML, of which JSON is a part. */
export const APPLY = 'application/apply-patch+yaml'

export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? ''
}
