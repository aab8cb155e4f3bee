import { expect, test } from 'vitest'
import { ContextName, RunId } from '#contract/names.ts'
import { languageOf, type Language } from '#contract/languages.ts'
import type { Run } from '#contract/runs.ts'
import { shareOf, tellHost } from './tell-host.ts'
import type { RunsStreamEvent } from './run-feed.ts'

function run(more: Partial<Run> = {}): Run {
  return {
    id: RunId.parse('r1'),
    kind: 'upgrade',
    context: ContextName.parse('casa'),
    node: '10.0.20.11',
    hostname: 'bronce-1',
    title: { key: 'run.upgrade', parameters: { from: 'v1.13.9', to: 'v1.14.0' } },
    who: 'ana',
    startedAt: '2026-11-28T09:00:00.000Z',
    steps: [
      { id: 'a', name: 'pull', state: 'done' },
      { id: 'b', name: 'install', state: 'running', progress: 0.5 },
      { id: 'c', name: 'reboot', state: 'waiting' },
      { id: 'd', name: 'verify', state: 'waiting' },
    ],
    output: [],
    verdict: [],
    talosctl: '',
    stoppable: true,
    ...more,
  }
}

async function told(language: Language, ...runs: readonly Run[]) {
  const shares: (number | undefined)[] = []
  const messages: string[] = []
  await tellHost(
    {
      async *watch(): AsyncGenerator<RunsStreamEvent> {
        for (const one of runs) yield { kind: 'change', item: { kind: 'run', run: one } }
      },
    },
    {
      setProgress: (share) => shares.push(share),
      notify: (title, body) => messages.push(`${title} | ${body}`),
    },
    () => language,
    new AbortController().signal,
  )
  return { shares, messages }
}

test('the task bar fills as steps end, and is empty when the run has', async () => {
  const { shares, messages } = await told('en', run(), run({ outcome: 'proven' }))
  expect(shares).toEqual([0.375, undefined])
  expect(messages).toEqual(['casa: upgrade v1.13.9 → v1.14.0 | proven'])
})

test('a run that asks says so once, in the language that was chosen', async () => {
  const question = {
    id: 'q1', kind: 'drain' as const, node: '10.0.20.11', askedAt: '2026-11-28T09:01:00.000Z',
    moved: 1, total: 2, blockers: [], installed: false,
  } // prettier-ignore
  const { messages } = await told(
    'es',
    run(),
    run({ question }),
    run({ question: { ...question, moved: 2 } }),
  )
  expect(messages).toEqual(['casa: actualización v1.13.9 → v1.14.0 | espera tu decisión'])
})

test('a run that was over before anyone looked, and a restart of a service, say nothing', async () => {
  expect((await told('en', run({ outcome: 'failed' }))).messages).toEqual([])
  expect(
    (await told('en', run({ kind: 'service' }), run({ kind: 'service', outcome: 'proven' }))).messages,
  ).toEqual([])
})

test('without runs there is no share', () => {
  expect(shareOf([])).toBeUndefined()
})

test('the language is the chosen one, and the system’s only where that was chosen', () => {
  expect([languageOf('es', 'en-GB'), languageOf('en', 'es-ES')]).toEqual(['es', 'en'])
  expect([languageOf('system', 'es-MX'), languageOf('system', 'de-DE')]).toEqual(['es', 'en'])
})
