import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { outlineOf } from './outline.ts'
import { mergeProblems, problemOfRefusal, type EditorProblem, type SchemaMarker } from './problems.ts'
import { keysAt, nearestKey, type JsonSchema } from './schema-keys.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../resources/config-schema/v1.14.json', import.meta.url), 'utf8'),
) as JsonSchema

const text = `apiVersion: v1alpha1
kind: LinkConfig
name: enp3s0
routes:
  - gateway: 10.0.20.1
    metrics: 100
---
apiVersion: v1alpha1
kind: WireguardConfig
name: wg0
privateKey: «secret:WireguardConfig/wg0.privateKey»
`
const lines = text.split('\n')

function merge(schemaMarkers: readonly SchemaMarker[], own: readonly EditorProblem[] = [], base = '') {
  return mergeProblems({
    own,
    schema: schemaMarkers,
    lines,
    outline: outlineOf(text, text),
    jsonSchema: schema,
    base,
  })
}

function marker(line: number, column: number, end: number, message: string, severity = 4): SchemaMarker {
  return {
    severity,
    message,
    startLineNumber: line,
    startColumn: column,
    endLineNumber: line,
    endColumn: end,
  }
}

test('an unknown key names its document and path, and offers the key that was meant', () => {
  expect(merge([marker(6, 5, 17, 'Property metrics is not allowed.')])).toEqual([
    {
      origin: 'schema',
      severity: 'error',
      code: 'schema-unknown-key',
      message: 'Property metrics is not allowed.',
      document: 'LinkConfig enp3s0',
      path: 'routes[0].metrics',
      from: { line: 6, column: 5 },
      to: { line: 6, column: 12 },
      words: { key: 'metrics', meant: 'metric' },
      fix: { title: 'metric', text: 'metric' },
    },
  ])
})

test('a key that the schema dropped but the node runs with is a hint, never an error', () => {
  const [problem] = merge([marker(6, 5, 17, 'Property metrics is not allowed.')], [], text)
  expect([problem?.severity, problem?.code, problem?.fix]).toEqual(['hint', 'schema-accepted', undefined])
})

test('an unknown key that resembles nothing is a warning, since schemas leave deprecated keys out', () => {
  const [problem] = merge([marker(4, 1, 7, 'Property controlPlane is not allowed.')])
  expect([problem?.severity, problem?.fix]).toEqual(['warning', undefined])
})

test('an unknown kind is said as one, with the kind that was meant', () => {
  const message = 'Value is not accepted. Valid values: "LinkConfig", "LinkAliasConfig", "VLANConfig".'
  const wrong = lines.map((line) => line.replace('kind: LinkConfig', 'kind: LinkConfg'))
  const [problem] = mergeProblems({
    own: [],
    schema: [marker(2, 7, 16, message)],
    lines: wrong,
    outline: outlineOf('', wrong.join('\n')),
    jsonSchema: schema,
    base: '',
  })
  expect([problem?.code, problem?.words]).toEqual([
    'schema-unknown-kind',
    { kind: 'LinkConfg', meant: 'LinkConfig' },
  ])
  expect(problem?.fix).toEqual({ title: 'LinkConfig', text: 'LinkConfig' })
})

test('the schema may not find fault with the placeholder of a secret', () => {
  expect(merge([marker(11, 13, 52, 'String does not match the pattern of "^[A-Za-z0-9+/]{43}=$".')])).toEqual(
    [],
  )
})

test('what main says of a line stands alone there', () => {
  const own: EditorProblem = {
    origin: 'ichor',
    severity: 'error',
    code: 'config-duplicate-key',
    message: 'mtu stands twice.',
    from: { line: 3, column: 1 },
    to: { line: 3, column: 4 },
  }
  const merged = merge([marker(3, 1, 4, 'Map keys must be unique', 8), marker(1, 1, 2, 'other')], [own])
  expect(merged.map((problem) => [problem.from.line, problem.origin])).toEqual([
    [1, 'schema'],
    [3, 'ichor'],
  ])
})

test('keys are known per kind, through lists and references', () => {
  expect(keysAt(schema, 'LinkConfig', [])?.get('mtu')).toEqual({ type: 'integer' })
  expect([...(keysAt(schema, 'LinkConfig', ['routes', 3])?.keys() ?? [])]).toContain('metric')
  expect([...(keysAt(schema, 'v1alpha1', ['machine', 'features'])?.keys() ?? [])]).toContain(
    'diskQuotaSupport',
  )
  expect(keysAt(schema, 'NoSuchConfig', [])).toBeUndefined()
})

test('a slip of the fingers is mended, another word is not', () => {
  expect(nearestKey('metrics', ['metric', 'gateway'])).toBe('metric')
  expect(nearestKey('adresses', ['addresses', 'up'])).toBe('addresses')
  expect(nearestKey('mut', ['mtu', 'up'])).toBe('mtu')
  expect(nearestKey('hostname', ['metric', 'gateway'])).toBeUndefined()
})

test('a refusal of the node stands at the line it names', () => {
  const refusal = problemOfRefusal(
    'error decoding document LinkConfig/v1alpha1/enp3s0 (line 6): unknown keys',
    lines,
  )
  expect([refusal.from, refusal.to]).toEqual([
    { line: 6, column: 5 },
    { line: 6, column: 17 },
  ])
})

test('a refusal without a line, or with one beyond the text, stands at the top', () => {
  expect(problemOfRefusal('1 error(s) occurred:\n\t* no disks matched', lines).from.line).toBe(1)
  expect(problemOfRefusal('yaml: line 400: did not find', lines).from.line).toBe(1)
})
