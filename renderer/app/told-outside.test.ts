import { expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import { createText } from '../ui/i18n/text.tsx'
import { newsOf, progressOf } from './told-outside.ts'

const text = createText('en')

function run(kind: Run['kind'], ...states: Run['steps'][number]['state'][]): Run {
  const steps = states.map((state, at) => ({ id: String(at), name: 'pull', state }))
  return { kind, steps } as unknown as Run
}

test('the tab says how many of the steps have ended', () => {
  expect(progressOf([run('upgrade', 'done', 'skipped', 'running', 'waiting')], text)).toBe('50 %')
})

test('and nothing while only a service restarts, or the run is over', () => {
  expect(progressOf([run('service', 'done', 'running')], text)).toBeUndefined()
  const over = { ...run('upgrade', 'done'), outcome: 'proven' as const, endedAt: '2026-11-28T09:00:00.000Z' }
  expect(progressOf([over], text)).toBeUndefined()
})

test('a run that ends and one that asks are news once, in the language of the app; a service is none', () => {
  const spanish = createText('es')
  const one = (more: Partial<Run>): Run => ({
    ...run('reboot', 'running'),
    verdict: [],
    id: 'r1' as Run['id'],
    hostname: 'bronce-1',
    title: { key: 'run.reboot-default', parameters: {} },
    ...more,
  })
  const first = newsOf(new Map(), [one({})], spanish)
  expect(first.news).toEqual([])
  const question = { id: 'q1' } as Run['question']
  const asks = newsOf(first.states, [one({ ...(question === undefined ? {} : { question }) })], spanish)
  expect(asks.news).toHaveLength(1)
  const ended = newsOf(asks.states, [one({ outcome: 'failed' })], spanish)
  expect(ended.news.map(({ title, body }) => `${title} | ${body}`)).toEqual([
    expect.stringMatching(/^Reiniciar.*, bronce-1 \| .*falla/i),
  ])
  expect(newsOf(ended.states, [one({ outcome: 'failed' })], spanish).news).toEqual([])
  const service = newsOf(new Map([['r1', 'going']]), [one({ kind: 'service', outcome: 'proven' })], spanish)
  expect(service.news).toEqual([])
})
