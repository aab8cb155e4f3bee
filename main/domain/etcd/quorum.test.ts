import { describe, expect, test } from 'vitest'
import type { EtcdMember } from '../nodes/talos-port.ts'
import { assessEtcd, quorumOf, type EtcdReading } from './quorum.ts'

function member(n: number, change: Partial<EtcdMember> = {}): EtcdMember {
  return { id: `000000000000000${n}`, hostname: `bronce-${n}`, learner: false, started: true, ...change }
}

function reading(members: readonly EtcdMember[], change: Partial<EtcdReading> = {}): EtcdReading {
  const status = {
    memberId: '0000000000000001',
    leaderId: '0000000000000001',
    dbSize: 1,
    errors: [],
    learner: false,
  }
  return { members, alarms: [], status, ...change }
}

const three = [member(1), member(2), member(3)]

describe('taking one etcd member away', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('%i members need %i', (count, needed) => {
    expect(quorumOf(count)).toBe(needed)
  })

  test('three healthy members can spare one', () => {
    expect(assessEtcd(reading(three))).toEqual({
      outcome: 'pass',
      evidence: '3 members started, 2 stay, 2 needed',
    })
  })

  test('two members cannot', () => {
    expect(assessEtcd(reading(three.slice(0, 2)))).toMatchObject({
      outcome: 'block',
      evidence: expect.stringContaining('member count(2)') as unknown,
    })
  })

  test('a single one goes down with its node, said in words', () => {
    expect(assessEtcd(reading([member(1)])).outcome).toBe('warn')
  })

  test.each([
    [
      'a member that is not started',
      reading([member(1), member(2, { started: false, hostname: '' }), member(3)]),
      '0000000000000002',
    ],
    ['a learner', reading([member(1), member(2), member(3, { learner: true })]), 'learner: bronce-3'],
    ['an alarm', reading(three, { alarms: [{ memberId: '0000000000000002', alarm: 'NOSPACE' }] }), 'NOSPACE'],
    [
      'no leader',
      reading(three, { status: { ...reading(three).status, leaderId: '0000000000000000' } }),
      'no leader',
    ],
    [
      'an error of the member',
      reading(three, { status: { ...reading(three).status, errors: ['etcdserver: corrupt'] } }),
      'corrupt',
    ],
    ['no members at all', reading([]), 'no members'],
  ])('%s blocks', (_, facts, evidence) => {
    expect(assessEtcd(facts)).toMatchObject({
      outcome: 'block',
      evidence: expect.stringContaining(evidence) as unknown,
    })
  })
})
