import { describe, expect, test } from 'vitest'
import { createManualClock, settle } from '../../../tests/fakes/manual-clock.ts'
import { TalosFailure } from '../talos-failure.ts'
import { followStagedConfig } from './staged-config.ts'

interface Disk {
  active: string | undefined
  persistent: string | undefined
  failure?: TalosFailure
}

function follow(disk: Disk) {
  const clock = createManualClock()
  const ended = new AbortController()
  const told: (boolean | undefined)[] = []
  const missed: unknown[] = []
  let reads = 0
  const staged = followStagedConfig({
    address: '10.0.0.1',
    talos: {
      async readMachineConfig(_node, id) {
        reads += 1
        if (disk.failure !== undefined) throw disk.failure
        const text = disk[id]
        return text === undefined ? undefined : { text, version: '1' }
      },
    },
    clock,
    signal: ended.signal,
    tell: (value) => told.push(value),
    missed: (error) => missed.push(error),
  })
  return { clock, ended, told, missed, staged, reads: () => reads }
}

describe('a staged configuration', () => {
  test('is one on disk that is not the active one', async () => {
    const disk: Disk = { active: 'a: 1\n', persistent: 'a: 1\n' }
    const { staged, told } = follow(disk)
    staged.changed()
    await settle()
    disk.persistent = 'a: 2\n'
    staged.changed()
    await settle()
    expect(told).toEqual([false, true])
  })

  test('is unknown where the node shows only one of them, as before 1.10', async () => {
    const { staged, told } = follow({ active: 'a: 1\n', persistent: undefined })
    staged.changed()
    await settle()
    expect(told).toEqual([undefined])
  })

  test('is unknown to a role that may not read it, and is not asked for again', async () => {
    const failure = new TalosFailure('role-too-low', 'os:reader may not read MachineConfigs.')
    const { staged, told, reads, clock } = follow({ active: 'a', persistent: 'a', failure })
    staged.changed()
    await settle()
    expect(told).toEqual([undefined])
    const before = reads()
    await clock.advance(60_000)
    expect(reads()).toBe(before)
  })

  test('of a node that did not answer is unknown until it does', async () => {
    const disk: Disk = { active: 'a', persistent: 'b', failure: new TalosFailure('timeout', 'slow') }
    const { staged, told, missed, clock } = follow(disk)
    staged.changed()
    await settle()
    expect(told).toEqual([undefined])
    expect(missed).toHaveLength(1)
    delete disk.failure
    await clock.advance(5_000)
    expect(told).toEqual([undefined, true])
  })

  test('is read once more, not once each, for changes that come while it is read', async () => {
    const { staged, told, reads } = follow({ active: 'a', persistent: 'b' })
    for (let change = 0; change < 10; change++) staged.changed()
    await settle()
    expect(told).toEqual([true, true])
    expect(reads()).toBe(4)
  })

  test('is not read again once nobody follows the node', async () => {
    const failure = new TalosFailure('unreachable', 'gone')
    const { staged, ended, clock, reads } = follow({ active: 'a', persistent: 'b', failure })
    staged.changed()
    await settle()
    ended.abort(new Error('nobody looks'))
    await clock.advance(60_000)
    expect(reads()).toBe(2)
  })
})
