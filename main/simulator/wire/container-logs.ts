import type { SimulatedClock } from '../machine-api.ts'
import type { Listed } from './container-list.ts'

/** Milliseconds between two lines of a container's log. */
const INTERVAL = 12_000
/** What the kubelet keeps before it rotates the file. */
const KEPT = 400

/**
 * The log of a container in a pod, as its runtime writes it to disk: time, stream, `F` for a whole line, text. It is a
 * line every few seconds since the start, the same for whoever asks.
 */
export function containerLog({ info, startedAt }: Listed, now: number): readonly string[] {
  const count = Math.max(0, Math.floor((now - startedAt) / INTERVAL)) + 1
  const first = Math.max(0, count - KEPT)
  return Array.from({ length: count - first }, (_none, at) => lineOf(info.name ?? '', startedAt, first + at))
}

/** Lines that come from now on, until the signal aborts. */
export async function* nextContainerLines(
  { info, startedAt }: Listed,
  clock: SimulatedClock,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let number = Math.max(0, Math.floor((clock.now() - startedAt) / INTERVAL)) + 1
  while (!signal.aborted) {
    const due = startedAt + number * INTERVAL - clock.now()
    try {
      await clock.wait(Math.max(0, due), signal)
    } catch {
      return
    }
    yield lineOf(info.name ?? '', startedAt, number)
    number += 1
  }
}

const TEXTS: readonly string[] = [
  'reconciled',
  'cache synced',
  'health probe answered',
  'lease renewed',
  'connection closed by peer',
  'configuration unchanged',
]

function lineOf(name: string, startedAt: number, number: number): string {
  const at = startedAt + number * INTERVAL
  const time = new Date(at).toISOString().replace('Z', `${String(100_000 + ((number * 7919) % 899_999))}Z`)
  const text = number === 0 ? `starting ${name}` : (TEXTS[(number * 31 + name.length) % TEXTS.length] ?? '')
  return `${time} stderr F level=info msg="${text}" component=${name} sequence=${number}`
}
