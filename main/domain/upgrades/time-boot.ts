import type { BootTiming } from '#contract/runs.ts'
import { toInstant, type ClockPort } from '../clock-port.ts'
import { bootPhases, type BootPhases } from '../nodes/boot-phases.ts'
import { present } from '../nodes/summarise.ts'
import type { ReadingPort } from '../nodes/talos-port.ts'
import { ask, valueOf } from './known.ts'

/** What was watched of a restart: milliseconds since 1970 by our clock. */
interface Watched {
  readonly talos: Pick<ReadingPort, 'kernelLog'>
  readonly node: string
  readonly clock: ClockPort
  readonly control: { readonly signal: AbortSignal }
  readonly since: number
  readonly goneAt?: number
  readonly way?: 'kexec' | 'firmware'
}

/**
 * The parts of a boot that a run watched. Inside the node its own kernel log counts; the time between its last answer
 * and its first line is told only where both clocks agree well enough to be put side by side.
 */
export async function timeBoot(watch: Watched, readyAt: number): Promise<BootTiming> {
  const { since, goneAt, node } = watch
  const phases = await readBootPhases(watch.talos, node, watch.control.signal)
  const total = (readyAt - since) / 1000
  const started = phases?.startedAt
  const agrees = started !== undefined && goneAt !== undefined && started >= goneAt && started <= readyAt
  return {
    node,
    at: toInstant(readyAt),
    total,
    ...present('way', watch.way),
    ...present('talos', phases?.talos),
    ...present('shutdown', goneAt === undefined ? undefined : (goneAt - since) / 1000),
    ...present('firmware', agrees ? (started - goneAt) / 1000 : undefined),
    ...partsOf(phases),
  }
}

/** The boot that runs now, as its kernel log tells it; nobody watched it go down. */
export function timingOfLog(node: string, phases: BootPhases | undefined): BootTiming | undefined {
  if (phases?.total === undefined) return undefined
  return {
    node,
    at: toInstant(phases.startedAt + phases.total * 1000),
    total: phases.total,
    ...present('talos', phases.talos),
    ...partsOf(phases),
  }
}

export async function readBootPhases(
  talos: Pick<ReadingPort, 'kernelLog'>,
  node: string,
  signal: AbortSignal,
): Promise<BootPhases | undefined> {
  const lines = await ask(signal, async () => {
    const read: string[] = []
    for await (const line of talos.kernelLog(node, { follow: false, tail: false }, signal)) read.push(line)
    return read
  })
  return bootPhases(valueOf(lines) ?? [])
}

function partsOf(phases: BootPhases | undefined): Partial<BootTiming> {
  return {
    ...present('kernel', phases?.kernel),
    ...present('initialize', phases?.initialize),
    ...present('boot', phases?.boot),
    ...present('ready', phases?.ready),
  }
}
