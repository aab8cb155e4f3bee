import { describe, expect, test } from 'vitest'
import type { ChangeTable } from '#contract/machine-configs.ts'
import { countChanges } from './use-draft.ts'

type Group = ChangeTable['groups'][number]

function group(kind: string, section: string, paths: readonly string[], name?: string): Group {
  const row = (path: string): Group['rows'][number] => ({
    id: path,
    path,
    before: { kind: 'absent' },
    after: { kind: 'absent' },
    effect: { kind: 'live' },
    risks: [],
  })
  return { kind, section, change: 'changed', rows: paths.map(row), ...(name === undefined ? {} : { name }) }
}

describe('changed fields are counted where the outline lists them', () => {
  test('by half of the v1alpha1 document, by document elsewhere', () => {
    const counts = { all: 5, live: 5, restarts: 0, reboot: 0, none: 0, rejected: 0, unknown: 0, risk: 0 }
    const groups = [
      group('v1alpha1', 'machine.kubelet', ['image', 'nodeIP']),
      group('v1alpha1', '', ['cluster.clusterName']),
      group('LinkConfig', '', ['mtu'], 'enp3s0'),
      group('HostnameConfig', '', ['hostname']),
    ]
    const { all, byEntry } = countChanges({ groups, counts, linesAdded: 0, linesRemoved: 0 })
    expect(all).toBe(5)
    expect([...byEntry]).toEqual([
      ['v1alpha1/machine', 2],
      ['v1alpha1/cluster', 1],
      ['LinkConfig/enp3s0', 1],
      ['HostnameConfig', 1],
    ])
  })
})
