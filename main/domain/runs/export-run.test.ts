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

test('a run over several nodes names each, and says of every step and fact whose it is', () => {
  const markdown = exportRun({
    ...run,
    kind: 'apply',
    nodes: [
      { node: '10.0.20.11', hostname: 'bronce-1' },
      { node: '10.0.20.12', hostname: 'bronce-2' },
    ],
    steps: [{ id: '10.0.20.12/apply', name: 'apply', node: '10.0.20.12', state: 'done' }],
    verdict: [{ fact: 'stage', node: '10.0.20.11', expected: 'running, ready', outcome: 'unknown' }],
  })
  expect(markdown).toContain('# apply bronce-1, bronce-2\n')
  expect(markdown).toContain('- Node: bronce-1 (10.0.20.11)\n- Node: bronce-2 (10.0.20.12)\n')
  expect(markdown).toContain('| bronce-2 | apply | done |')
  expect(markdown).toContain('| bronce-1 | stage |')
})
