import { expect, test } from 'vitest'
import type { RolloutReview } from '#contract/config-rollout.ts'
import { NodeAddress } from '#contract/names.ts'
import type { NodePatch } from '#contract/patches.ts'
import { joinPatchReview, textsToReview } from './patch-review.ts'

const [changes, has, silent] = ['10.0.20.11', '10.0.20.12', '10.0.20.13'].map((text) =>
  NodeAddress.parse(text),
) as [NodeAddress, NodeAddress, NodeAddress]
const made: readonly NodePatch[] = [
  { kind: 'draft', node: has, text: 'b', unchanged: true },
  {
    kind: 'failed',
    node: silent,
    error: { code: 'unreachable', message: 'off', remedy: 'check-network', retryable: true },
  },
  { kind: 'draft', node: changes, text: 'a', unchanged: false },
]
const nodes = [{ address: silent, hostname: 'bronce-3', role: 'worker', talosVersion: 'v1.13.9' }] as const

test('only nodes that the patch changes are reviewed', () => {
  expect(textsToReview(made)).toEqual([{ node: changes, text: 'a' }])
})

test('every chosen node is told of, in its order, with what kept it from being read', () => {
  const part = { node: changes, hostname: 'bronce-1', role: 'worker' as const, unchanged: false, left: [] }
  const reviewed: RolloutReview = { parts: [part], modes: [], preselected: 'auto', touchesNetwork: true }
  const joined = joinPatchReview(made, nodes, reviewed)
  expect(joined).toMatchObject({ preselected: 'auto', touchesNetwork: true })
  expect(joined.parts).toMatchObject([
    { node: has, hostname: has, unchanged: true },
    { node: silent, hostname: 'bronce-3', unchanged: false, error: { code: 'unreachable' } },
    part,
  ])
})

test('with nothing to review there is nothing to send', () => {
  const joined = joinPatchReview(made.slice(0, 2), nodes, undefined)
  expect(joined).toMatchObject({ modes: [], touchesNetwork: false })
  expect(joined.parts.some(({ review }) => review !== undefined)).toBe(false)
})
