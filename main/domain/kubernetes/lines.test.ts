import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseVersionTable } from '../upgrades/version-table.ts'
import { judgeKubernetes, listKubernetesTargets, parseKubernetesLines } from './lines.ts'
import { linesEntered } from './removals.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const lines = parseKubernetesLines(read('resources/kubernetes/lines.json'))
const table = parseVersionTable(read('resources/upgrades/talos-lines.json'))
const talos = (...versions: readonly (string | undefined)[]) =>
  versions.map((version, at) => ({ hostname: `bronce-${at + 1}`, talos: version }))

test.each([
  ['v1.35.4', 'v1.35.9', ['v1.13.9'], 'patch'],
  ['v1.35.4', 'v1.36.3', ['v1.13.9'], 'next-minor'],
  ['v1.35.4', 'v1.35.4', ['v1.13.9'], 'same-version'],
  ['v1.35.4', 'v1.37.0', ['v1.14.0'], 'skips-a-minor'],
  ['v1.36.3', 'v1.35.4', ['v1.13.9'], 'downgrade'],
  ['v1.35.4', 'v1.36.3', ['v1.13.9', 'v1.12.11'], 'talos-too-old'],
  ['v1.30.1', 'v1.30.2', ['v1.13.9'], 'talos-too-new'],
  ['v1.36.3', 'v1.99.0', ['v1.14.0'], 'not-known'],
  ['v1.36.3', 'newest', ['v1.14.0'], 'not-known'],
])('from %s to %s with %j: %s', (from, to, versions, reason) => {
  expect(judgeKubernetes(lines, table, from, to, talos(...versions)).reason).toBe(reason)
})

test('a node whose Talos cannot run it is named with its version', () => {
  const { nodes } = judgeKubernetes(lines, table, 'v1.35.4', 'v1.36.3', talos('v1.13.9', 'v1.12.11'))
  expect(nodes).toEqual(['bronce-2 v1.12.11'])
})

test('what a silent node runs is not guessed: the version stays possible, and a check says unknown', () => {
  expect(judgeKubernetes(lines, table, 'v1.35.4', 'v1.36.3', talos(undefined)).legal).toBe(true)
})

test('nothing that lies behind is on the list', () => {
  const listed = listKubernetesTargets(lines, table, 'v1.35.4', talos('v1.14.0'))
  expect(listed.map(({ version }) => version)).toEqual(['v1.37.0', 'v1.36.3', 'v1.35.4'])
})

test('an upgrade enters the minors after the one that runs, a patch none', () => {
  expect(linesEntered(lines, 'v1.35.4', 'v1.36.3').map(({ minor }) => minor)).toEqual(['1.36'])
  expect(linesEntered(lines, 'v1.35.4', 'v1.35.9')).toEqual([])
})
