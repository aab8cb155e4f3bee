import type { Run, RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { ReadingPort } from '../nodes/talos-port.ts'
import { field } from '../nodes/spec-fields.ts'
import type { Observation } from '../runs/run-engine.ts'
import { ask } from '../upgrades/known.ts'
import type { KubeManifest, KubernetesPort } from './kubernetes-port.ts'
import { compare, readManifests, titleOf } from './manifests.ts'

const AS_RENDERED = 'as rendered'

export function expectedOf(object: KubeManifest): VerdictRow {
  return { fact: titleOf(object), expected: AS_RENDERED, outcome: 'unknown' }
}

/** Lays each object as it is beside what is rendered; one whose pods do not follow yet is not there. */
export async function judgeManifests(
  objects: readonly KubeManifest[],
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<readonly VerdictRow[]> {
  const rows: VerdictRow[] = []
  for (const object of objects) rows.push(await judgeManifest(object, kubernetes, signal))
  return rows
}

async function judgeManifest(
  object: KubeManifest,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<VerdictRow> {
  const { fact, expected } = expectedOf(object)
  const { change, reason } = await compare(object, kubernetes, signal)
  if (change === 'unknown') return { fact, expected, outcome: 'unknown', note: reason ?? '–' }
  if (change !== 'unchanged') {
    return { fact, expected, found: change === 'created' ? '–' : 'differs', outcome: 'differs' }
  }
  const now = await ask(signal, () => kubernetes.readObject(object, signal))
  if (!now.known) return { fact, expected, outcome: 'unknown', note: now.reason }
  const rollout = rolloutOf(now.value, now.value?.metadata.generation)
  return rollout === undefined
    ? { fact, expected, found: AS_RENDERED, outcome: 'proven' }
    : { fact, expected, found: rollout, outcome: 'differs', note: 'Pods' }
}

export function outcomeOfManifests(rows: readonly VerdictRow[]): RunOutcome {
  if (rows.some(({ outcome }) => outcome === 'differs')) return 'proven-with-differences'
  return rows.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'proven'
}

/**
 * Reads the objects of a run that was cut off beside what its control plane renders now: proven where all are so, else
 * `interrupted`. Throws what keeps that node or Kubernetes from answering: the run stays open to be read later.
 */
export async function observeManifests(
  run: Run,
  { talos, kubernetes }: { readonly talos: Pick<ReadingPort, 'list'>; readonly kubernetes: KubernetesPort },
  signal: AbortSignal,
): Promise<Observation> {
  await kubernetes.version(signal)
  const rendered = new Map(
    (await readManifests(talos, run.node, signal)).map((object) => [titleOf(object), object]),
  )
  const rows: VerdictRow[] = []
  for (const { fact, expected } of run.verdict) {
    const object = rendered.get(fact)
    if (object === undefined) rows.push({ fact, expected, outcome: 'unknown', note: 'Manifests: –' })
    else rows.push(await judgeManifest(object, kubernetes, signal))
  }
  const outcome = rows.length === 0 ? 'interrupted' : outcomeOfManifests(rows)
  return { rows, outcome: outcome === 'proven-with-differences' ? 'interrupted' : outcome }
}

/** How far the pods are, or `undefined` when all are the new ones; objects without pods are there at once. */
export function rolloutOf(
  object: KubeManifest | undefined,
  generation: number | undefined,
): string | undefined {
  if (object === undefined) return '–'
  const number = (...path: readonly string[]): number => Number(field(object, ...path) ?? 0)
  const observed = number('status', 'observedGeneration') >= (generation ?? 0)
  if (object.kind === 'Deployment') {
    const wanted = Number(field(object, 'spec', 'replicas') ?? 1)
    const [updated, available] = [number('status', 'updatedReplicas'), number('status', 'availableReplicas')]
    return observed && updated >= wanted && available >= wanted && number('status', 'replicas') <= wanted
      ? undefined
      : `${updated}/${wanted}`
  }
  if (object.kind === 'DaemonSet') {
    const wanted = number('status', 'desiredNumberScheduled')
    const [updated, available] = [
      number('status', 'updatedNumberScheduled'),
      number('status', 'numberAvailable'),
    ]
    return observed && updated >= wanted && available >= wanted ? undefined : `${updated}/${wanted}`
  }
  return undefined
}
