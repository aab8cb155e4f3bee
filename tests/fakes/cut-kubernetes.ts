import { Run } from '#contract/runs.ts'

/** An upgrade of Kubernetes on the way from `from` to `to` that was cut off. */
export function cutKubernetesRun(
  from: string,
  to: string,
  more: Partial<Pick<Run, 'steps' | 'verdict'>> = {},
): Run {
  return Run.parse({
    id: 'b3f1c2d4-0000-4000-8000-000000000001',
    kind: 'kubernetes',
    context: 'casa',
    node: '10.0.0.1',
    hostname: 'bronce-1',
    title: { key: 'run.kubernetes', parameters: { from, to } },
    who: 'ana',
    startedAt: '2026-11-28T10:00:00.000Z',
    steps: [],
    output: [],
    outcome: 'interrupted',
    verdict: [],
    talosctl: '',
    stoppable: false,
    ...more,
  })
}
