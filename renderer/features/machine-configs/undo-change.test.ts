import type { ChangeRow, ChangeTable } from '#contract/machine-configs.ts'
import { expect, test } from 'vitest'
import { undoChange } from './undo-change.ts'

const before = `machine:
  kubelet:
    maxPods: 110
    clusterDNS: 10.96.0.10
kind: LinkConfig
mtu: 1500
routes:
  - gateway: 10.0.20.1
`

function changed(path: string, line: number, beforeLine = line): ChangeRow {
  return {
    id: path,
    path,
    before: { kind: 'value', text: 'a' },
    after: { kind: 'value', text: 'b' },
    beforeAt: { line: beforeLine, column: 1 },
    afterAt: { line, column: 1 },
    effect: { kind: 'live' },
    risks: [],
  }
}

function review(afterText: string, rows: readonly ChangeRow[]) {
  const table: ChangeTable = {
    groups: [{ kind: 'v1alpha1', section: '', change: 'changed', rows: [...rows] }],
    counts: { all: rows.length, live: 0, restarts: 0, reboot: 0, none: 0, rejected: 0, unknown: 0, risk: 0 },
    linesAdded: 0,
    linesRemoved: 0,
  }
  return { beforeText: before, afterText, table }
}

test('a changed value goes back and nothing else moves', () => {
  const mtu = changed('mtu', 6)
  const pods = changed('maxPods', 3)
  const draft = before.replace('1500', '9000').replace('110', '150')
  expect(undoChange(review(draft, [pods, mtu]), mtu)).toBe(before.replace('110', '150'))
})

test('of two values one below the other, one goes back', () => {
  const pods = changed('maxPods', 3)
  const dns = changed('clusterDNS', 4)
  const draft = before.replace('110', '150').replace('10.96.0.10', '10.96.0.53')
  expect(undoChange(review(draft, [pods, dns]), dns)).toBe(before.replace('110', '150'))
})

test('a new line goes away', () => {
  const route: ChangeRow = { ...changed('routes[1]', 9), before: { kind: 'absent' } }
  expect(undoChange(review(`${before}  - gateway: 10.0.20.2\n`, [route]), route)).toBe(before)
})

test('a removed line comes back', () => {
  const mtu: ChangeRow = { ...changed('mtu', 6), after: { kind: 'absent' } }
  expect(undoChange(review(before.replace('mtu: 1500\n', ''), [mtu]), mtu)).toBe(before)
})

test('a change that shares its lines with another is left to the person', () => {
  const first: ChangeRow = { ...changed('routes[1].gateway', 9), before: { kind: 'absent' } }
  const second: ChangeRow = { ...changed('routes[1].metric', 10), before: { kind: 'absent' } }
  const draft = `${before}  - gateway: 10.0.20.2\n    metric: 100\n`
  expect(undoChange(review(draft, [first, second]), first)).toBeUndefined()
})
