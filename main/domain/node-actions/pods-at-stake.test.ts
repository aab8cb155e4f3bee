import { expect, test } from 'vitest'
import { kubePod as pod } from '../../../tests/fakes/kube-pod.ts'
import type { KubePod } from '../kubernetes/kubernetes-port.ts'
import type { KubernetesReading } from '../upgrades/kubernetes-reading.ts'
import { known, unknown } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { podChecks, podsRow } from './pods-at-stake.ts'

const facts = {
  kubernetesNode: known({ name: 'estante-1', ready: true, unschedulable: false }),
} as unknown as NodeFacts

function reading(pods: readonly KubePod[], held: readonly string[] = []) {
  const covers = (labels: Readonly<Record<string, string>>) => held.includes(labels['app'] ?? '')
  const budgets = [{ namespace: 'home', name: 'db', allowed: 0, healthy: 1, wanted: 1, covers }]
  return known<KubernetesReading>({ version: 'v1.34.1', nodes: [], pods, budgets, storage: [] })
}

test('a reboot counts what stops with the node, and names what a budget would have held', () => {
  const busy = reading([pod('db'), pod('cache', { emptyDir: true })], ['db'])
  expect(podChecks(facts, busy, 'pods-stop')).toEqual([
    { id: 'pods-stop', outcome: 'warn', evidence: '2 pods; home/db (db: 1 up, 1 wanted); emptyDir: 1' },
  ])
  expect(podsRow(facts, busy, 'pods-stop')).toEqual({
    fact: 'pods',
    before: '2 pods',
    after: 'pods-stop',
    note: 'changes',
  })
})

test('pods that come back elsewhere or here are no reason to warn', () => {
  expect(podChecks(facts, reading([pod('web')]), 'pods-drained')).toEqual([
    { id: 'pods-drained', outcome: 'pass', evidence: '1 pod' },
  ])
})

test('a Kubernetes that does not answer leaves the count unknown, not none', () => {
  const silent = unknown('No API server answers.')
  expect(podChecks(facts, silent, 'pods-erased')).toEqual([
    { id: 'pods-erased', outcome: 'unknown', evidence: 'No API server answers.' },
  ])
  expect(podsRow(facts, silent, 'pods-stop').before).toBeUndefined()
})

test('a machine that is no Kubernetes node has no pods to count', () => {
  const bare = { ...facts, kubernetesNode: known(undefined) }
  expect(podChecks(bare, reading([pod('web')]), 'pods-stop')).toEqual([])
})
