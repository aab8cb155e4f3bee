import { qualifiedName, RESOURCES } from './catalogue.ts'
import type { Plural } from './objects.ts'

interface Details {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field?: string }[]
}

/** A refusal as the API server words it: becomes a `Status` object with that code. */
export class ApiFailure extends Error {
  readonly code: number
  readonly reason: string
  readonly details: Details
  constructor(code: number, reason: string, message: string, details: Details = {}) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
}

export function toStatusObject({ code, reason, message, details }: ApiFailure): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    details,
    code,
  }
}

export function notFound(plural: Plural, name: string): ApiFailure {
  return new ApiFailure(404, 'NotFound', `${qualifiedName(plural)} "${name}" not found`, about(plural, name))
}

export function conflict(plural: Plural, name: string): ApiFailure {
  return new ApiFailure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedName(plural)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    about(plural, name),
  )
}

export function uidMismatch(plural: Plural, name: string, wanted: string, is: string): ApiFailure {
  return new ApiFailure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedName(plural)} "${name}": Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${is}`,
    about(plural, name),
  )
}

export function badRequest(message: string): ApiFailure {
  return new ApiFailure(400, 'BadRequest', message)
}

export function methodNotAllowed(): ApiFailure {
  return new ApiFailure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  )
}

export function unsupportedMediaType(accepted: readonly string[]): ApiFailure {
  return new ApiFailure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )
}

export function alreadyExists(plural: Plural, name: string): ApiFailure {
  return new ApiFailure(
    409,
    'AlreadyExists',
    `${qualifiedName(plural)} "${name}" already exists`,
    about(plural, name),
  )
}

/** @param kind with its group where it has one: `DaemonSet.apps` */
export function invalid(kind: string, name: string, what: string): ApiFailure {
  return new ApiFailure(422, 'Invalid', `${kind} "${name}" is invalid: ${what}`, { name, kind })
}

export function expired(asked: number, oldest: number): ApiFailure {
  return new ApiFailure(410, 'Expired', `too old resource version: ${asked} (${oldest})`)
}

function about(plural: Plural, name: string): Details {
  const { group } = RESOURCES[plural]
  return { name, ...(group === '' ? {} : { group }), kind: plural }
}
