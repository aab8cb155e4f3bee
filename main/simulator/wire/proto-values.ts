/** Texts of YAML specs as the messages that stand for them in `proto_spec`. */

/** 4 or 16 bytes; none for a text that is no address. A zone is left out. */
export function addressBytes(text: string): Buffer {
  const address = text.replace(/%.*$/, '')
  if (!address.includes(':')) return fourBytes(address)
  const tail = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  const words = tail === undefined ? address : address.slice(0, -tail.length) + wordsOf(fourBytes(tail))
  const [head = '', rest] = words.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = rest === undefined || rest === '' ? [] : rest.split(':')
  const gap = rest === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [at, word] of [...before, ...gap, ...after].entries())
    bytes.writeUInt16BE(Number.parseInt(word, 16), at * 2)
  return bytes
}

function fourBytes(text: string): Buffer {
  const parts = text.split('.').map(Number)
  return parts.length === 4 && parts.every((part) => part >= 0 && part < 256)
    ? Buffer.from(parts)
    : Buffer.alloc(0)
}

function wordsOf(bytes: Buffer): string {
  return `${bytes.readUInt16BE(0).toString(16)}:${bytes.readUInt16BE(2).toString(16)}`
}

/** `10.0.0.1/24` as common.NetIPPrefix. */
export function prefixOf(text: string): { readonly ip: Buffer; readonly prefixLength: number } {
  const [address = '', length = '0'] = text.split('/')
  return { ip: addressBytes(address), prefixLength: Number(length) }
}

/** `10.0.0.1:51820`, `[fd00::1]:51820` as common.NetIPPort. */
export function pointOf(text: string): { readonly ip: Buffer; readonly port: number } {
  const at = text.lastIndexOf(':')
  return { ip: addressBytes(text.slice(0, at).replaceAll(/[[\]]/g, '')), port: Number(text.slice(at + 1)) }
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  µs: 1e-6,
  ns: 1e-9,
}

/** Go's `1h2m3.5s` as google.protobuf.Duration. */
export function durationOf(text: string): { readonly seconds: number; readonly nanos: number } {
  const total = [...text.matchAll(/([\d.]+)(h|ms|µs|ns|m|s)/g)].reduce(
    (sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  )
  const seconds = Math.floor(total)
  return { seconds, nanos: Math.round((total - seconds) * 1e9) }
}

/** `e8:6a:64:9c:30:f2`, or any text's own bytes. */
export function hexBytes(text: string): Buffer {
  return /^[\da-f]{2}(:[\da-f]{2})*$/i.test(text)
    ? Buffer.from(text.replaceAll(':', ''), 'hex')
    : Buffer.from(text)
}

/** Free-form data as google.protobuf.Struct. */
export function structOf(value: Readonly<Record<string, unknown>>): object {
  return {
    fields: Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valueOf(inner)])),
  }
}

function valueOf(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return { numberValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { listValue: { values: value.map(valueOf) } }
  if (typeof value === 'object' && value !== null)
    return { structValue: structOf(value as Readonly<Record<string, unknown>>) }
  return { nullValue: 0 }
}
