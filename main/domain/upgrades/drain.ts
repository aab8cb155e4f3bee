import type { DrainBlocker, RunStep } from '#contract/runs.ts'
import { toInstant, type ClockPort } from '../clock-port.ts'
import type { DisruptionBudget, KubePod, KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import type { RunControl } from '../runs/run-port.ts'
import { TalosFailure, isFailure } from '../talos-failure.ts'
import { duration, runStep, throwIfStopped, type RunPart, type StepResult } from './run-step.ts'

/** Milliseconds between two rounds of evictions. */
const ROUND = 5_000
/** A blocker that goes away within this long is nobody's business. */
const ASK_AFTER = 10_000
/** The API server may restart meanwhile; silent for longer, the drain fails. */
const API_SILENT = 2 * 60_000

/** Progress of the step `cordon` from when the node was found schedulable and is told not to be. */
const SENT = 0.5

/** Whether the step says that the cordon on its node is this run's, or may be. */
export function isOwnCordon({ name, detail, progress = 0 }: RunStep): boolean {
  return name === 'cordon' && (detail === 'cordoned' || progress >= SENT)
}

/** What draining one node needs. `node` is its address, `name` what Kubernetes calls it. */
export interface DrainScene {
  readonly kubernetes: KubernetesPort
  readonly clock: ClockPort
  readonly control: RunControl
  readonly node: string
  readonly name: string
  readonly drainSeconds: number
  /** The new version is on disk already, so that the next restart boots it. */
  readonly installed: boolean
}

/**
 * Step `cordon`. Resolves with whether this run did it: a node that someone had cordoned stays so at the end, which
 * talosctl gets wrong (behaviour.md §5.3).
 */
export async function* cordon({ kubernetes, control, name }: DrainScene): RunPart<boolean> {
  return yield* runStep('cordon', control, async function* (): RunPart<StepResult<boolean>> {
    yield { kind: 'step-progress', id: 'cordon', progress: 0 }
    const { unschedulable } = await kubernetes.node(name, control.signal)
    if (unschedulable) return { value: false, detail: 'was cordoned' }
    // On disk before it is sent: who reads the journal of a run that was cut off here knows whose cordon it is.
    yield { kind: 'step-progress', id: 'cordon', progress: SENT }
    await kubernetes.setUnschedulable(name, true, control.signal)
    return { value: true, detail: 'cordoned' }
  })
}

/** Step `uncordon`, only for who cordoned. */
export async function* uncordon(
  { kubernetes, control, name }: Pick<DrainScene, 'kubernetes' | 'control' | 'name'>,
  byUs: boolean,
): RunPart<void> {
  yield* runStep('uncordon', control, async function* (): RunPart<StepResult<void>> {
    yield { kind: 'step-progress', id: 'uncordon', progress: 0 }
    if (!byUs) return { value: undefined, detail: 'stays cordoned' }
    await kubernetes.setUnschedulable(name, false, control.signal)
    return { value: undefined, detail: 'uncordoned' }
  })
}

/** Pods that stay on a drained node: the kubelet's own, a DaemonSet's, those that ended, and those nobody makes anew. */
export function hasToLeave({ mirror, controller, phase }: KubePod): boolean {
  if (mirror || controller === 'DaemonSet' || controller === undefined) return false
  return phase !== 'Succeeded' && phase !== 'Failed'
}

/**
 * Step `drain`: evictions that respect every budget, asked for again every five seconds. When pods stay the run asks
 * the person, and goes on trying while the question stands. Nothing is deleted past a budget unless they say so.
 * Throws `cancelled` when they stop; the node is as it was then but for its cordon.
 */
export async function* drain(scene: DrainScene): RunPart<void> {
  yield* runStep('drain', scene.control, () => drainUntilEmpty(scene))
}

interface Round {
  readonly left: readonly KubePod[]
  readonly blockers: readonly (DrainBlocker & { readonly uid: string })[]
}

async function* drainUntilEmpty(scene: DrainScene): RunPart<StepResult<void>> {
  const { kubernetes, clock, control, node, name } = scene
  const since = clock.now()
  const skipped = new Set<string>()
  const seen = new Set<string>()
  let silentSince: number | undefined
  let blockedSince: number | undefined
  let patientUntil = since + scene.drainSeconds * 1000
  let waitingUntil = 0
  let asked: { readonly id: string; readonly at: string; told: string } | undefined
  let told = ''
  for (;;) {
    throwIfStopped(control, node)
    let round: Round
    try {
      round = await evictOnce(scene, skipped)
      silentSince = undefined
    } catch (error) {
      if (!isFailure(error, 'kubernetes-unreachable', 'kubernetes-refused')) throw error
      silentSince ??= clock.now()
      if (clock.now() - silentSince > API_SILENT) throw error
      await clock.sleep(ROUND, control.signal)
      continue
    }
    const now = clock.now()
    for (const { uid } of round.left) seen.add(uid)
    const moved = seen.size - round.left.length
    if (round.left.length === 0) break
    blockedSince = round.blockers.length > 0 ? (blockedSince ?? now) : undefined
    const detail = `${moved}/${seen.size}`
    if (detail !== told) {
      told = detail
      yield { kind: 'step-progress', id: 'drain', detail, progress: seen.size === 0 ? 1 : moved / seen.size }
    }
    const isStuck = blockedSince !== undefined && now - blockedSince >= ASK_AFTER
    const shouldAsk = now >= waitingUntil && (isStuck || now >= patientUntil)
    const blockers = round.blockers.length > 0 ? round.blockers : round.left.map(terminating)
    if (asked === undefined && shouldAsk) {
      asked = { id: `${control.id}-drain-${node}-${now}`, at: toInstant(now), told: '' }
    } else if (asked !== undefined && !shouldAsk) {
      asked = undefined
      yield { kind: 'question' }
    }
    if (asked !== undefined) {
      const news = JSON.stringify([blockers, moved])
      if (news !== asked.told) {
        asked.told = news
        yield {
          kind: 'question',
          question: {
            id: asked.id,
            kind: 'drain',
            node,
            askedAt: asked.at,
            moved,
            total: seen.size,
            blockers: blockers.map(({ namespace, name: pod, why, detail }) => ({
              namespace,
              name: pod,
              why,
              ...(detail === undefined ? {} : { detail }),
            })),
            installed: scene.installed,
          },
        }
      }
      const answer = control.takeAnswer(asked.id)
      if (answer !== undefined) {
        yield { kind: 'question' }
        asked = undefined
        blockedSince = undefined
        const names = blockers.map(({ namespace, name: pod }) => `${namespace}/${pod}`).join(', ')
        yield { kind: 'output', text: `drain ${name}: ${answer} ${names}` }
        if (answer === 'stop') {
          throw new TalosFailure('cancelled', `The drain of ${name} was stopped: ${names} stay.`, { node })
        }
        if (answer === 'wait') waitingUntil = clock.now() + scene.drainSeconds * 1000
        if (answer === 'skip') for (const { uid } of blockers) skipped.add(uid)
        if (answer === 'force') {
          const stubborn = new Set(blockers.map(({ uid }) => uid))
          for (const pod of round.left.filter(({ uid }) => stubborn.has(uid))) {
            // One that goes already and does not end is not given more time.
            await kubernetes.deletePod(pod, pod.leaving ? 0 : undefined, control.signal)
          }
        }
        patientUntil = clock.now() + scene.drainSeconds * 1000
        continue
      }
    }
    await clock.sleep(asked === undefined ? ROUND : ROUND / 5, control.signal)
  }
  if (asked !== undefined) yield { kind: 'question' }
  const stay = skipped.size === 0 ? '' : `, ${skipped.size} stay`
  return { value: undefined, detail: `${seen.size}${stay}, ${duration(clock.now() - since)}` }
}

/** Asks every pod that has to leave and does not yet; tells who is still there and what holds them. */
async function evictOnce(
  { kubernetes, control, name }: DrainScene,
  skipped: ReadonlySet<string>,
): Promise<Round> {
  const { signal } = control
  const all = await kubernetes.pods({ node: name }, signal)
  const left = all.filter((pod) => hasToLeave(pod) && !skipped.has(pod.uid))
  const gone = new Set<string>()
  const refusals: { readonly pod: KubePod; readonly why: 'budget' | 'refused'; readonly message: string }[] =
    []
  for (const pod of left.filter(({ leaving }) => !leaving)) {
    const eviction = await kubernetes.evict(pod, signal)
    if (eviction.kind === 'gone') gone.add(pod.uid)
    if (eviction.kind === 'blocked') refusals.push({ pod, why: 'budget', message: eviction.message })
    if (eviction.kind === 'refused') refusals.push({ pod, why: 'refused', message: eviction.message })
  }
  const budgets = refusals.some(({ why }) => why === 'budget') ? await kubernetes.budgets(signal) : []
  return {
    left: left.filter(({ uid }) => !gone.has(uid)),
    blockers: refusals.map(({ pod, why, message }) => ({
      uid: pod.uid,
      namespace: pod.namespace,
      name: pod.name,
      why,
      detail: why === 'budget' ? budgetText(budgets, pod) || message : message,
    })),
  }
}

/** `immich-db-primary: 1 of 1 up`: each budget that covers the pod, and why it allows nothing. */
export function budgetText(budgets: readonly DisruptionBudget[], pod: KubePod): string {
  return budgets
    .filter((budget) => budget.namespace === pod.namespace && budget.covers(pod.labels))
    .map(({ name, healthy, wanted }) => `${name}: ${healthy} up, ${wanted} wanted`)
    .join('; ')
}

function terminating({ uid, namespace, name }: KubePod): Round['blockers'][number] {
  return { uid, namespace, name, why: 'terminating' }
}
