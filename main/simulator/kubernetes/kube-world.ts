import type { SimulatedClock, SimulatedRandom } from '../machine-api.ts'
import type { ObjectStore } from './object-store.ts'
import { timestamp } from './objects.ts'

/** What the parts of the simulated Kubernetes share. */
export interface KubeWorld {
  readonly store: ObjectStore
  readonly clock: SimulatedClock
  readonly random: SimulatedRandom
  /** Aborted when the cluster ends; every timer hangs on it. */
  readonly end: AbortSignal
  /** `ready`: its kubelet starts and stops pods; `up`: it only stops them; `gone`: nobody answers there. */
  kubeletOn(node: string): 'ready' | 'up' | 'gone'
}

/** The moment, as Kubernetes writes it. */
export function nowOf({ clock }: Pick<KubeWorld, 'clock'>): string {
  return timestamp(clock.now())
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** The ends of generated names: no vowels, so no words. */
export function nameSuffix(random: SimulatedRandom, length: number): string {
  return Array.from({ length }, () => LETTERS[random.integer(LETTERS.length)]).join('')
}

/** Runs on by itself; the end of the cluster ends it quietly. */
export function unawaited(work: Promise<void>, end: AbortSignal): void {
  work.catch((error: unknown) => {
    if (!end.aborted) throw error
  })
}
