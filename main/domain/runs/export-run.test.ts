import { expect, test } from 'vitest'
import { ContextName, RunId } from '#contract/names.ts'
import { exportRun } from './export-run.ts'

const run = {
  id: RunId.parse('r1'),
  kind: 'reboot' as const,
  context: ContextName.parse('casa'),
  node: '10.0.20.11',
  hostname: 'bronce-1',
  title: { key: 'run.reboot', parameters: {} },
  who: 'ana',
  startedAt: '2026-11-23T20:51:10.000Z',
  steps: [],
  output: [],
  verdict: [],
  talosctl: 'talosctl -n 10.0.20.11 reboot',
  stoppable: false,
}

test('a run that goes on exports as running, without empty tables', () => {
  const markdown = exportRun(run)
  expect(markdown).toContain('- Outcome: running')
  expect(markdown).not.toContain('|')
})

test('what a node wrote cannot break out of the table or the fence', () => {
  const markdown = exportRun({
    ...run,
    error: { code: 'node-error', message: 'two\n# lines', retryable: true },
    verdict: [{ fact: 'talos', expected: 'a|b', found: 'back\\slash', outcome: 'differs' }],
    output: [{ at: '2026-11-23T20:51:11.000Z', text: '```\n# not a heading\n````' }],
  })
  expect(markdown).toContain('- Error: node-error: two # lines')
  expect(markdown).toContain('| talos |  | a\\|b | back\\\\slash | differs |  |')
  expect(markdown).toContain('\n`````\n2026-11-23T20:51:11.000Z ```\n')
})
