import { ENUM_TEXTS, FIELD_NAMES, FLAG_BITS, SPEC_MESSAGES } from '../data/spec-messages.ts'
import type { StoredResource } from '../machine-api.ts'
import type { FieldDescriptor, MessageDescriptor, Protos } from './protos.ts'
import { addressBytes, durationOf, hexBytes, pointOf, prefixOf, structOf } from './proto-values.ts'

const PACKAGE = 'talos.resource.definitions.'

/** Told of each YAML key that has no field, as `mountSpec.colour`; such keys are left out. */
type Stray = (key: string) => void

interface Place {
  readonly field: string
  readonly convert: Convert
}

type Convert = (value: unknown, path: string, stray: Stray) => unknown

/** Fields of a message by their YAML key, letter case and underscores aside. */
type Plan = ReadonlyMap<string, Place>

const plans = new WeakMap<Protos, Map<string, Plan>>()
const encoded = new WeakMap<StoredResource, Buffer>()

/**
 * The protobuf form of a resource's spec, made from the object it was put with, once per version of the resource.
 * Empty for a type whose message is not among our protos.
 */
export function protoSpecOf(protos: Protos, resource: StoredResource): Buffer {
  if (resource.protoSpec.length > 0) return resource.protoSpec
  const known = encoded.get(resource)
  if (known) return known
  const made = encodeSpec(protos, resource.type, resource.spec)
  encoded.set(resource, made)
  return made
}

const MACHINE_TYPES = ['unknown', 'init', 'controlplane', 'worker']

/** @param stray for tests: what of the YAML form the protobuf form has no place for */
export function encodeSpec(protos: Protos, type: string, spec: unknown, stray: Stray = ignore): Buffer {
  if (type === 'MachineTypes.config.talos.dev')
    return protos.encode('resource.config.MachineTypeSpec', {
      machineType: MACHINE_TYPES.indexOf(String(spec)),
    })
  const message = SPEC_MESSAGES[type]
  if (message === undefined) return Buffer.alloc(0)
  const name = `${PACKAGE}${message}`
  // What Kubernetes is to have is kept as Kubernetes has it, in YAML without a key around it.
  if (message === 'k8s.ManifestSpec' && Array.isArray(spec))
    return protos.encode(name, {
      items: spec.filter(isRecord).map((object) => ({ object: structOf(object) })),
    })
  if (!isRecord(spec)) return Buffer.alloc(0)
  if (message === 'k8s.StaticPodSpec') return protos.encode(name, { pod: structOf(spec) })
  // A static pod's status is kept as Kubernetes has it: one free-form structure.
  if (message === 'k8s.StaticPodStatusSpec') return protos.encode(name, { podStatus: structOf(spec) })
  return protos.encode(name, convertMessage(protos, name, spec, '', stray))
}

function ignore(): void {
  return undefined
}

function convertMessage(
  protos: Protos,
  message: string,
  spec: Readonly<Record<string, unknown>>,
  path: string,
  stray: Stray,
): object {
  const plan = planOf(protos, message)
  const renamed = FIELD_NAMES[message.slice(PACKAGE.length)] ?? {}
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(spec)) {
    const place = plan.get(plainName(renamed[key] ?? fieldByVersion(key, value)))
    if (!place) stray(`${path}${key}`)
    else if (!isUnset(value)) result[place.field] = place.convert(value, `${path}${key}.`, stray)
  }
  return result
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Up to 1.12 an extra argument had one value and stood in another field. */
function fieldByVersion(key: string, value: unknown): string {
  const single = isRecord(value) && Object.values(value).some((argument) => typeof argument === 'string')
  return key === 'extraArgs' && single ? 'extraArgsBefore113' : key
}

function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase()
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function planOf(protos: Protos, message: string): Plan {
  const known = plans.get(protos) ?? new Map<string, Plan>()
  plans.set(protos, known)
  const found = known.get(message)
  if (found) return found
  const descriptor = protos.describe(message)
  const made = new Map(
    (descriptor?.field ?? []).map((field): [string, Place] => [
      plainName(field.name),
      { field: field.name, convert: fieldConverter(protos, message, descriptor, field) },
    ]),
  )
  known.set(message, made)
  return made
}

function fieldConverter(
  protos: Protos,
  message: string,
  owner: MessageDescriptor | undefined,
  field: FieldDescriptor,
): Convert {
  const entry = owner?.nestedType?.find(({ name }) => name === field.typeName)
  if (entry) {
    const value = entry.field?.find(({ name }) => name === 'value')
    const convert = value ? converter(protos, message, value) : identity
    return (map, path, stray) =>
      isRecord(map)
        ? Object.fromEntries(
            Object.entries(map).map(([key, inner]) => [key, convert(inner, `${path}${key}.`, stray)]),
          )
        : {}
  }
  const convert = converter(protos, message, field)
  if (field.label !== 'LABEL_REPEATED') return convert
  return (list, path, stray) => (Array.isArray(list) ? list.map((item) => convert(item, path, stray)) : [])
}

function converter(protos: Protos, message: string, field: FieldDescriptor): Convert {
  switch (field.type) {
    case 'TYPE_STRING':
      return String
    case 'TYPE_BYTES':
      return (value) => hexBytes(String(value))
    case 'TYPE_ENUM':
      return enumConverter(protos, resolve(protos, message, field.typeName))
    case 'TYPE_MESSAGE':
      return messageConverter(protos, resolve(protos, message, field.typeName))
    default: {
      const bits = FLAG_BITS[`${message.slice(PACKAGE.length)}.${field.name}`]
      return bits ? (value) => flagsOf(bits, String(value)) : identity
    }
  }
}

const identity: Convert = (value) => value

function messageConverter(protos: Protos, message: string): Convert {
  switch (message) {
    case 'common.NetIP':
      return (value) => ({ ip: addressBytes(String(value)) })
    case 'common.NetIPPrefix':
      return (value) => prefixOf(String(value))
    case 'common.NetIPPort':
      return (value) => pointOf(String(value))
    case 'common.URL':
      return (value) => ({ fullPath: String(value) })
    // In YAML the bytes of a PEM stand in base64.
    case 'common.PEMEncodedCertificate':
    case 'common.PEMEncodedCertificateAndKey':
    case 'common.PEMEncodedKey':
      return (value) => (isRecord(value) ? bytesOf(value) : {})
    case 'google.protobuf.Duration':
      return (value) => durationOf(String(value))
    case 'google.protobuf.Struct':
      return (value) => (isRecord(value) ? structOf(value) : {})
    case `${PACKAGE}k8s.ArgValues`:
      return (value) => ({ values: [value].flat().map(String) })
    default:
      return (value, path, stray) =>
        isRecord(value) ? convertMessage(protos, message, value, path, stray) : {}
  }
}

function bytesOf(base64: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(base64).map(([name, text]) => [name, Buffer.from(String(text), 'base64')]),
  )
}

/** The value whose name ends with the text, letters and digits only; the shortest, as `up` is not `lower-up`. */
function enumConverter(protos: Protos, name: string): Convert {
  const values = protos.describe(name)?.value ?? []
  const own = ENUM_TEXTS[name.slice(name.lastIndexOf('.') + 1)] ?? {}
  const known = new Map<string, number>(Object.entries(own))
  const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return (value, path, stray) => {
    const text = String(value)
    const number = known.get(text)
    if (number !== undefined) return number
    const [match] = values
      .filter((candidate) => letters(candidate.name).endsWith(letters(text)))
      .sort((a, b) => a.name.length - b.name.length)
    if (!match) stray(`${path}${text}`)
    else known.set(text, match.number)
    return match?.number ?? 0
  }
}

function flagsOf(bits: readonly string[], text: string): number {
  const set = new Set(text.split(/[,|]/))
  return bits.reduce((sum, name, at) => (name !== '' && set.has(name) ? sum + 2 ** at : sum), 0)
}

/** Descriptors name types as briefly as their scope allows: `NetIP`, `enums.MachineType`. */
function resolve(protos: Protos, message: string, typeName: string): string {
  const scope = message.split('.')
  for (let depth = scope.length; depth >= 0; depth -= 1) {
    const name = [...scope.slice(0, depth), typeName].join('.')
    if (protos.describe(name)) return name
  }
  return typeName
}
