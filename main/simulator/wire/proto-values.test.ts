import { expect, test } from 'vitest'
import { addressBytes, durationOf, hexBytes, pointOf, prefixOf, structOf } from './proto-values.ts'

test('an address is its bytes, 4 or 16, whatever way it is written', () => {
  expect(addressBytes('10.0.0.1')).toEqual(Buffer.from([10, 0, 0, 1]))
  expect(addressBytes('::')).toEqual(Buffer.alloc(16))
  expect(addressBytes('fd00::1').toString('hex')).toBe('fd000000000000000000000000000001')
  expect(addressBytes('fe80::1:2%eth0').toString('hex')).toBe('fe800000000000000000000000010002')
  expect(addressBytes('::ffff:10.0.0.1').toString('hex')).toBe('00000000000000000000ffff0a000001')
  expect(addressBytes('bronce-1')).toHaveLength(0)
})

test('prefixes and points keep their length and port', () => {
  expect(prefixOf('10.0.0.0/8')).toEqual({ ip: Buffer.from([10, 0, 0, 0]), prefixLength: 8 })
  expect(pointOf('[fd00::1]:51820').port).toBe(51820)
  expect(pointOf('10.0.0.1:80').ip).toEqual(Buffer.from([10, 0, 0, 1]))
})

test("Go's durations become seconds and nanoseconds", () => {
  expect(durationOf('168h0m0s')).toEqual({ seconds: 604_800, nanos: 0 })
  expect(durationOf('1m23.5s')).toEqual({ seconds: 83, nanos: 500_000_000 })
  expect(durationOf('250ms')).toEqual({ seconds: 0, nanos: 250_000_000 })
})

test('a hardware address is six bytes and other text is its own', () => {
  expect(hexBytes('e8:6a:64:9c:30:f2')).toHaveLength(6)
  expect(hexBytes('key').toString()).toBe('key')
})

test('free-form data keeps its kinds', () => {
  expect(structOf({ a: 'x', b: [1, true], c: { d: null } })).toEqual({
    fields: {
      a: { stringValue: 'x' },
      b: { listValue: { values: [{ numberValue: 1 }, { boolValue: true }] } },
      c: { structValue: { fields: { d: { nullValue: 0 } } } },
    },
  })
})
