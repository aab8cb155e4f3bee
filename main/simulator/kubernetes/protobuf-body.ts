import { ApiFailure } from './api-failure.ts'

/** What the API server calls the encoding that Go's typed clients prefer. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf'

const MAGIC = Buffer.from('k8s\0')

/** Fields by number: texts, maps of texts and what is nested; the rest is passed over. */
type Shape = Readonly<Record<number, readonly [name: string, form: 'text' | 'texts' | 'map' | Shape]>>

const OBJECT_META: Shape = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  11: ['labels', 'map'],
  12: ['annotations', 'map'],
  14: ['finalizers', 'texts'],
}

/** Of what clients send so: talosctl keeps the list of what it applied in a ConfigMap. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'v1 ConfigMap': { 1: ['metadata', OBJECT_META], 2: ['data', 'map'] },
}

/**
 * The object in a body of the API's protobuf: four bytes, then an envelope with the kind and the object's own bytes.
 * @throws ApiFailure 400 for bytes that are no such body, 415 for a kind that is not told apart here
 */
export function objectOfProtobuf(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new ApiFailure(400, 'BadRequest', 'provided data does not appear to be a protobuf message')
  const envelope = fieldsOf(bytes.subarray(MAGIC.length))
  const kindFields = fieldsOf(last(envelope, 1) ?? Buffer.alloc(0))
  const apiVersion = last(kindFields, 1)?.toString() ?? ''
  const kind = last(kindFields, 2)?.toString() ?? ''
  const shape = SHAPES[`${apiVersion} ${kind}`]
  if (!shape)
    throw new ApiFailure(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json',
    )
  return { apiVersion, kind, ...shaped(last(envelope, 2) ?? Buffer.alloc(0), shape) }
}

function shaped(bytes: Buffer, shape: Shape): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [number, value] of fieldsOf(bytes)) {
    const place = shape[number]
    if (!place) continue
    const [name, form] = place
    if (form === 'text') {
      // Go writes texts that are empty as well.
      if (value.length > 0) result[name] = value.toString()
    } else if (form === 'texts')
      result[name] = [...((result[name] ?? []) as readonly string[]), value.toString()]
    else if (form === 'map') {
      const entry = fieldsOf(value)
      const key = last(entry, 1)?.toString() ?? ''
      result[name] = { ...(result[name] as object | undefined), [key]: last(entry, 2)?.toString() ?? '' }
    } else result[name] = shaped(value, form)
  }
  return result
}

function last(fields: readonly (readonly [number, Buffer])[], number: number): Buffer | undefined {
  return fields.findLast(([field]) => field === number)?.[1]
}

/**
 * Fields that have a length, in their order; numbers are passed over.
 * @throws ApiFailure 400 where the bytes end too early
 */
function fieldsOf(bytes: Buffer): readonly (readonly [number, Buffer])[] {
  const fields: (readonly [number, Buffer])[] = []
  let at = 0
  function varint(): number {
    let value = 0
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw new ApiFailure(400, 'BadRequest', 'unexpected EOF')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new ApiFailure(400, 'BadRequest', 'proto: integer overflow')
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag % 8
    if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else {
      const length = varint()
      if (wire !== 2 || at + length > bytes.length) throw new ApiFailure(400, 'BadRequest', 'unexpected EOF')
      fields.push([Math.floor(tag / 8), bytes.subarray(at, at + length)])
      at += length
    }
  }
  return fields
}
