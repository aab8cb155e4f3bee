import type { ClockPort } from '../clock-port.ts'
import type { ConfigPort, ReadingPort } from '../nodes/talos-port.ts'
import type { RunControl } from '../runs/run-port.ts'
import { TalosFailure, isFailure } from '../talos-failure.ts'
import { readKubernetesNode, readStage } from './gather.ts'
import { ask, valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { duration, runStep, type RunPart, type StepResult } from './run-step.ts'
import type { SequenceTrail } from './sequence-trail.ts'
import { timeBoot } from './time-boot.ts'
import { stageText } from './verdict.ts'

/** Milliseconds. A node that was told to restart and still answers from the old boot after this long will not. */
const GOES_WITHIN = 10 * 60_000
/** As long as `talosctl --wait` waits for a node, from the restart on. */
const BACK_WITHIN = 30 * 60_000
const LOOK_EVERY = 1_000
/** A legacy upgrade uncordons a moment after the node is ready. */
const UNCORDONS_WITHIN = 60_000

type BootPort = ReadingPort & Pick<ConfigPort, 'probeFresh'>

/** What tells one boot from another. Reading the boot id takes admin before 1.14; the boot time does not. */
export interface BootMark {
  readonly bootId: string | undefined
  /** Unix seconds. */
  readonly bootTime: number | undefined
}

export interface BootWatch {
  readonly talos: BootPort
  readonly clock: ClockPort
  readonly control: RunControl
  readonly node: string
  readonly before: BootMark
  /** When the restart was asked for, milliseconds since 1970. */
  readonly since: number
  /** When the old boot was gone; `awaitGone` writes it. */
  goneAt?: number
  /** How it went: for certain where a power cycle was asked for, else what the node said last; `awaitGone` writes it. */
  way?: 'kexec' | 'firmware'
}

/** Of a power cycle: Talos never takes kexec then, so nobody has to be heard (behaviour.md §5.5). */
export function certainWay(mode: 'default' | 'powercycle' | 'force'): Pick<BootWatch, 'way'> {
  return mode === 'powercycle' ? { way: 'firmware' } : {}
}

export async function readBootMark(talos: ReadingPort, node: string, signal: AbortSignal): Promise<BootMark> {
  const [bootId, counters] = await Promise.all([
    ask(signal, () => talos.bootId(node, signal)),
    ask(signal, () => talos.counters(node, signal)),
  ])
  return { bootId: valueOf(bootId), bootTime: valueOf(counters)?.bootTime }
}

interface Sight {
  readonly boot: 'same' | 'new' | 'silent'
  /** Why it is silent, where anything tells. */
  readonly failure?: TalosFailure | undefined
}

/** What a node is that is simply away; anything else it says is worth telling. */
const AWAY: readonly TalosFailure['code'][] = ['unreachable', 'timeout', 'interrupted']

/** Over a connection of its own, as the old one may be dead without anyone having noticed. */
async function look(watch: BootWatch): Promise<Sight> {
  const { talos, node, before, control } = watch
  const answer = await ask(control.signal, async () => {
    await talos.probeFresh(node, control.signal)
    return readBootMark(talos, node, control.signal)
  })
  if (!answer.known) {
    // A configured node shows the maintenance certificate only when its config is gone or cannot be read.
    if (isFailure(answer.failure, 'maintenance-mode')) throw answer.failure
    return { boot: 'silent', failure: answer.failure }
  }
  const { bootId, bootTime } = answer.value
  if (before.bootId !== undefined) {
    if (bootId === undefined) return { boot: 'silent' }
    return { boot: bootId === before.bootId ? 'same' : 'new' }
  }
  if (before.bootTime === undefined || bootTime === undefined) return { boot: 'silent' }
  // The kernel's start is computed from the wall clock and may move by a second when that is set.
  return { boot: Math.abs(bootTime - before.bootTime) > 2 ? 'new' : 'same' }
}

export function throwIfRefused(trail: SequenceTrail, node: string): void {
  if (trail.locked !== undefined) {
    throw new TalosFailure('conflict', `${node} runs another sequence: ${trail.locked}`, { node })
  }
  if (trail.fatal !== undefined) throw new TalosFailure('node-error', trail.fatal, { node })
}

/** Until the old boot no longer answers, or `until` says enough. Throws when the node refuses the sequence or stays. */
export async function* awaitGone(
  watch: BootWatch,
  trail: SequenceTrail,
  step: string,
  until: () => boolean = () => false,
): RunPart<string> {
  const { clock, control, node, since } = watch
  let phase: string | undefined
  while (!until()) {
    const { boot } = await look(watch)
    if (boot !== 'same') {
      watch.goneAt = clock.now()
      if (trail.restart === 'kexec' || trail.restart === 'firmware') watch.way = trail.restart
      return [watch.way, duration(clock.now() - since)].filter(Boolean).join(', ')
    }
    throwIfRefused(trail, node)
    if (clock.now() - since > GOES_WITHIN) {
      throw new TalosFailure('timeout', `${node} still runs the old boot after ${duration(GOES_WITHIN)}.`, {
        node,
      })
    }
    if (trail.phase !== undefined && trail.phase !== phase) {
      phase = trail.phase
      yield { kind: 'step-progress', id: step, detail: phase }
    }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
  return duration(clock.now() - since)
}

/** The steps `answers` and `ready`, the same after every restart. Returns whether the node got ready. */
export async function* awaitBoot(watch: BootWatch, before: NodeFacts): RunPart<boolean> {
  yield* runStep('answers', watch.control, () => awaitAnswer(watch))
  const readyAt = yield* runStep('ready', watch.control, () => awaitReady(watch, before))
  if (readyAt === undefined) return false
  yield { kind: 'boot-timed', timing: await timeBoot(watch, readyAt) }
  return true
}

async function* awaitAnswer(watch: BootWatch): RunPart<StepResult<undefined>> {
  const { talos, clock, control, node, since } = watch
  let told: string | undefined
  for (;;) {
    const { boot, failure } = await look(watch)
    if (boot === 'new') break
    const why: TalosFailure | undefined = AWAY.some((code) => code === failure?.code) ? undefined : failure
    if (clock.now() - since > BACK_WITHIN) {
      const within = `${node} did not come back within ${duration(BACK_WITHIN)}.`
      throw new TalosFailure('timeout', why === undefined ? within : `${within} ${why.message}`, { node })
    }
    if (why !== undefined && why.code !== told) {
      told = why.code
      yield { kind: 'step-progress', id: 'answers', detail: why.message }
    }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
  const version = await ask(control.signal, () => talos.version(node, control.signal))
  const took = duration(clock.now() - since)
  yield { kind: 'step-progress', id: 'answers', progress: 1 }
  return { value: undefined, detail: [valueOf(version)?.tag, took].filter(Boolean).join(', ') }
}

/** Ready means something only in the stage `running`; anything else is told as it changes (behaviour.md §3.5). */
async function* awaitReady(watch: BootWatch, before: NodeFacts): RunPart<StepResult<number | undefined>> {
  const { talos, clock, control, node, since } = watch
  const wasCordoned = valueOf(before.kubernetesNode)?.unschedulable
  let told = ''
  let readySince: number | undefined
  while (clock.now() - since <= BACK_WITHIN) {
    const stage = await ask(control.signal, () => readStage(talos, node, control.signal))
    const report = valueOf(stage)
    const ready = report?.name === 'running' && report.ready
    readySince = ready ? (readySince ?? clock.now()) : undefined
    if (readySince !== undefined) {
      const cordoned = valueOf(
        await ask(control.signal, () => readKubernetesNode(talos, node, control.signal)),
      )?.unschedulable
      const settled = wasCordoned !== false || cordoned !== true
      if (settled || clock.now() - readySince > UNCORDONS_WITHIN) {
        return { value: readySince, detail: await bootDetail(watch, readySince) }
      }
    }
    const detail = report === undefined ? '–' : stageText(report)
    if (detail !== told) {
      told = detail
      yield { kind: 'step-progress', id: 'ready', detail }
    }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
  return { value: undefined, state: 'failed', detail: told }
}

/** From the restart by our clock; from the kernel's start by the node's own, where it tells. */
async function bootDetail(
  { talos, node, control, since, clock }: BootWatch,
  readyAt: number,
): Promise<string> {
  const counters = valueOf(await ask(control.signal, () => talos.counters(node, control.signal)))
  const whole = duration(readyAt - since)
  if (counters === undefined) return whole
  const fromKernel = readyAt - counters.bootTime * 1000
  // Only when both clocks agree well enough to be put side by side.
  const plausible = fromKernel > 0 && fromKernel <= clock.now() - since
  return plausible ? `${whole}, ${duration(fromKernel)} from kernel start` : whole
}
