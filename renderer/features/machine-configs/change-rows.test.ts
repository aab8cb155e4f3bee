import type { ChangeRow, ChangeTable } from '#contract/machine-configs.ts'
import { expect, test } from 'vitest'
import { filterGroups, nextRisk, stepRow, valueParts } from './change-rows.ts'

function row(id: string, effect: ChangeRow['effect'], risky = false): ChangeRow {
  return {
    id,
    path: id,
    before: { kind: 'absent' },
    after: { kind: 'value', text: '1' },
    effect,
    risks: risky ? [{ code: 'touches-network', level: 'decide' }] : [],
  }
}

const table: ChangeTable = {
  groups: [
    {
      kind: 'v1alpha1',
      section: 'machine',
      change: 'changed',
      rows: [row('maxPods', { kind: 'restarts', service: 'kubelet' }), row('modules', { kind: 'at-reboot' })],
    },
    {
      kind: 'LinkConfig',
      name: 'enp3s0',
      section: '',
      change: 'changed',
      rows: [row('mtu', { kind: 'live' }, true)],
    },
  ],
  counts: { all: 3, live: 1, restarts: 1, reboot: 1, none: 0, rejected: 0, unknown: 0, risk: 1 },
  linesAdded: 3,
  linesRemoved: 2,
}

test('a filter keeps the documents that still have a row', () => {
  expect(filterGroups(table, 'live').map((group) => group.kind)).toEqual(['LinkConfig'])
  expect(filterGroups(table, 'reboot').flatMap((group) => group.rows.map((one) => one.id))).toEqual([
    'modules',
  ])
  expect(filterGroups(table, 'all')).toBe(table.groups)
})

test('J and K walk over documents and stop at the ends', () => {
  expect(stepRow(table.groups, undefined, 1)).toBe('maxPods')
  expect(stepRow(table.groups, 'modules', 1)).toBe('mtu')
  expect(stepRow(table.groups, 'mtu', 1)).toBe('mtu')
  expect(stepRow(table.groups, 'mtu', -1)).toBe('modules')
})

test('F8 goes to the next risk and begins again at the top', () => {
  expect(nextRisk(table.groups, undefined)).toBe('mtu')
  expect(nextRisk(table.groups, 'mtu')).toBe('mtu')
  expect(nextRisk([], undefined)).toBeUndefined()
})

test('only what differs is bold', () => {
  expect(valueParts('10.0.20.53', '10.0.20.1')).toEqual({ head: '10.0.20.', middle: '53', tail: '' })
  expect(valueParts('250GiB', '100GiB')).toEqual({ head: '', middle: '250', tail: 'GiB' })
  expect(valueParts('9000', '1500')).toEqual({ head: '', middle: '9000', tail: '' })
  expect(valueParts('ntp.casa.lan', 'time.cloudflare.com')).toEqual({
    head: '',
    middle: 'ntp.casa.lan',
    tail: '',
  })
})

test('a long identifier is elided where it is equal, never where it differs', () => {
  const image = (tag: string) => `factory.talos.dev/metal-installer/${'613e1592'.repeat(8)}:${tag}`
  const parts = valueParts(image('v1.14.2'), image('v1.13.9'))
  expect(parts.head).toContain('…')
  expect(parts.middle).toBe('14.2')
  expect(valueParts('x'.repeat(300), undefined).middle).toHaveLength(300)
})
