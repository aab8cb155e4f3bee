import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { plainYaml } from './plain-yaml.ts'

test('a resource spec is written as Go writes it', () => {
  expect(
    plainYaml({
      stage: 'shutting down',
      status: { ready: false, unmetConditions: [{ name: 'time', reason: 'time is not synced' }] },
      addresses: ['10.5.0.2/24'],
      labels: {},
      version: '1.13',
    }),
  ).toBe(`stage: shutting down
status:
    ready: false
    unmetConditions:
        - name: time
          reason: time is not synced
addresses:
    - 10.5.0.2/24
labels: {}
version: "1.13"
`)
})

test('any plain data reads back as it was', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'yes',
      'null',
      '1e3',
      '- a',
      'a: b',
      ' x',
      'x ',
      '#',
      '0x10',
      'a: b',
      'a:',
      'a #b',
      '10.5.0.2/24',
      'https://a:6443',
      '01:02:03:04:05:06',
      'a  b',
    ),
  )
  const data = fc.letrec((tie) => ({
    value: fc.oneof(text, fc.integer(), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), tie('map')),
    map: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  })).map
  fc.assert(
    fc.property(data, (value) => {
      expect(parse(plainYaml(value))).toEqual(value)
    }),
  )
})
