import { expect, test } from 'vitest'
import { kubePod as pod } from '../../../tests/fakes/kube-pod.ts'
import type { KubePod } from '../kubernetes/kubernetes-port.ts'
import { podsCheck, type KubernetesReading } from './kubernetes-reading.ts'

/** Made by hand: nobody makes it anew. */
function loose(name: string): KubePod {
  const made = pod(name)
  return Object.fromEntries(
    Object.entries(made).filter(([key]) => key !== 'controller'),
  ) as unknown as KubePod
}

function reading(pods: readonly KubePod[]): KubernetesReading {
  const budgets = [
    {
      namespace: 'home',
      name: 'db',
      allowed: 0,
      healthy: 1,
      wanted: 1,
      covers: (labels: Readonly<Record<string, string>>) => labels['app'] === 'db',
    },
  ]
  return { version: 'v1.34.2', nodes: [], pods, budgets, storage: [] }
}

const busy = reading([
  pod('db'),
  pod('cache', { emptyDir: true }),
  loose('tool'),
  pod('logs', { controller: 'DaemonSet' }),
  pod('elsewhere', { node: 'estante-2' }),
])
const EVIDENCE = '2 pods; home/db (db: 1 up, 1 wanted); home/tool (no controller); emptyDir: 1'

test('a drain is told what it will meet: budgets, pods that nobody makes anew, volumes that are emptied', () => {
  expect(podsCheck(busy, 'estante-1', 'drained')).toEqual({
    id: 'pods-can-move',
    outcome: 'warn',
    evidence: EVIDENCE,
    because: 'pods-held-and-unmanaged',
  })
  expect(podsCheck(reading([pod('db')]), 'estante-1', 'drained')).not.toHaveProperty('because')
})

test('a pod that nobody makes anew does not stop a drain, and the check does not say so', () => {
  expect(podsCheck(reading([loose('tool'), pod('cache')]), 'estante-1', 'drained')).toMatchObject({
    outcome: 'warn',
    because: 'pods-unmanaged',
  })
})

test('a lone worker is not drained, and the check says in words what is down meanwhile', () => {
  expect(podsCheck(busy, 'estante-1', 'nowhere-to-go')).toEqual({
    id: 'pods-can-move',
    outcome: 'warn',
    evidence: EVIDENCE,
    because: 'pods-nowhere-to-go',
  })
})

test('a node without pods of anyone costs nobody anything, drained or not', () => {
  const idle = reading([pod('logs', { controller: 'DaemonSet' })])
  expect(podsCheck(idle, 'estante-1', 'not-drained')).toMatchObject({
    outcome: 'pass',
    evidence: '0 pods',
    because: 'pods-not-drained',
  })
  expect(podsCheck(idle, 'estante-1', 'drained').outcome).toBe('pass')
})
