import { expect, test } from 'vitest'
import { NodeAddress } from '#contract/names.ts'
import { createConfigScene } from '../../../../tests/fakes/config-scene.ts'
import { generateMachineConfig } from '../../../../tests/fixtures/machine-configs.ts'

const forward = (text: string): string => text.replace('net.ipv4.ip_forward: "1"', 'net.ipv4.ip_forward: "0"')

/** Three control planes, of which bronce-3 is taken first; the other two are bronce-1 and bronce-2. */
async function reviewed() {
  const { text } = generateMachineConfig()
  const scene = createConfigScene({ text, others: 2 })
  const { handlers, ref, signal, others } = scene
  const { active } = await handlers['machine-configs.read'](ref, signal)
  const nodes = [ref.node, ...others.map(({ spec }) => NodeAddress.parse(spec.address))]
  const change = { kind: 'draft' as const, node: ref.node, text: forward(active.text) }
  const review = await handlers['machine-configs.review-many']({ ...ref, change, nodes }, signal)
  const parts = review.parts.map(({ node, review: own }) => ({
    node,
    reviewId: own?.reviewId ?? '',
    accepted: own?.toAccept.map(({ id }) => id) ?? [],
  }))
  const send = (mode: 'no-reboot' | 'staged', of = parts) =>
    handlers['machine-configs.apply-many']({ context: ref.context, mode, parts: of }, signal)
  return { ...scene, review, parts, send }
}

test('while etcd is not whole no second control plane is touched, and after five minutes the run says why', async () => {
  const { send, sent, others, finish } = await reviewed()
  for (const node of others) node.alarms = [{ memberId: 'a', alarm: 'NOSPACE' }]
  const { runId } = await send('no-reboot')
  const run = await finish(runId)
  expect(sent).toHaveLength(1)
  expect(run).toMatchObject({ outcome: 'failed', error: { code: 'plan-blocked' } })
  expect(run.error?.message).toContain('NOSPACE')
  expect(run.steps.find(({ name, node }) => name === 'etcd' && node === others[0]?.spec.address)?.state).toBe(
    'failed',
  )
  const untouched = run.verdict.filter(({ node }) => node === others[1]?.spec.address)
  expect(untouched.map(({ outcome, note }) => [outcome, note])).toContainEqual(['unknown', 'not sent'])
})

test('storing it for the next reboot costs nothing now, so etcd is not asked', async () => {
  const { send, finish } = await reviewed()
  const run = await finish((await send('staged')).runId)
  expect(run.steps.some(({ name }) => name === 'etcd')).toBe(false)
})

test('a node may stand in the list once, with its own review', async () => {
  const { send, parts } = await reviewed()
  const [first, second] = parts
  if (first === undefined || second === undefined) throw new Error('two nodes were reviewed')
  await expect(send('staged', [first, first])).rejects.toMatchObject({ code: 'plan-stale' })
  await expect(send('staged', [{ ...first, reviewId: second.reviewId }])).rejects.toMatchObject({
    code: 'plan-stale',
  })
})

test('a node that does not answer has its reason where its table would be; the others have theirs', async () => {
  const { text } = generateMachineConfig()
  const { handlers, ref, signal, others } = createConfigScene({ text, others: 2 })
  const { active } = await handlers['machine-configs.read'](ref, signal)
  others[0]?.troubles.add('off')
  const { parts } = await handlers['machine-configs.review-many'](
    {
      ...ref,
      change: { kind: 'draft', node: ref.node, text: forward(active.text) },
      nodes: [ref.node, ...others.map(({ spec }) => NodeAddress.parse(spec.address))],
    },
    signal,
  )
  expect(parts.map(({ review, error }) => [review !== undefined, error?.code])).toEqual([
    [true, undefined],
    [false, 'unreachable'],
    [true, undefined],
  ])
})
