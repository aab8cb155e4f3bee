import { expect, test } from 'vitest'
import { PlanOptions } from '#contract/upgrades.ts'
import type { KubeNode, KubePod } from '../kubernetes/kubernetes-port.ts'
import type { KubernetesReading } from './kubernetes-reading.ts'
import { known, unknown } from './known.ts'
import type { PreparedNode } from './plan.ts'
import { leavingOf, stepsOf } from './plan-steps.ts'

const lone = {
  plan: { role: 'worker', mechanism: 'lifecycle', steps: [] },
  facts: { kubernetesNode: known({ name: 'estante-1', ready: true, unschedulable: false }) },
} as unknown as PreparedNode

function node(name: string, controlPlane: boolean): KubeNode {
  return { name, controlPlane, ready: true, unschedulable: false } as KubeNode
}

function reading(nodes: readonly KubeNode[]): KubernetesReading {
  const web = { namespace: 'home', name: 'web', node: 'estante-1', mirror: false, phase: 'Running' }
  const pods = [{ ...web, controller: 'ReplicaSet' } as unknown as KubePod]
  return { version: 'v1.34.1', nodes, pods, budgets: [], storage: [] }
}

const options = PlanOptions.parse({})
const one = known(reading([node('bronce-1', true), node('estante-1', false)]))
const two = known(reading([node('bronce-1', true), node('estante-1', false), node('estante-2', false)]))

test('a single worker is not drained: its control plane takes no pods, so they would only stand still', () => {
  expect(leavingOf(lone, { options, kubernetes: one })).toBe('nowhere-to-go')
  expect(stepsOf(lone, { options, kubernetes: one, isLast: true })).not.toContain('drain')
})

test('with another worker beside it the pods leave first', () => {
  expect(leavingOf(lone, { options, kubernetes: two })).toBe('drained')
  expect(stepsOf(lone, { options, kubernetes: two, isLast: true })).toEqual(
    expect.arrayContaining(['cordon', 'drain', 'uncordon']),
  )
})

test('who does not want it drained, and a Kubernetes that does not answer, are two reasons of their own', () => {
  expect(leavingOf(lone, { options: { ...options, drain: false }, kubernetes: two })).toBe('not-drained')
  expect(leavingOf(lone, { options, kubernetes: unknown('silent') })).toBe('unasked')
})
