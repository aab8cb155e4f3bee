import type { ImageRow } from './kubernetes.ts'

/**
 * What a run of a plan still has to bring, or to wait for; what could not be read counts too. A plain function: the
 * window counts by it as main pulls and offers by it, and brings no schemas with it.
 */
export function isLeft({ note }: ImageRow): boolean {
  return note === 'changes' || note === 'written' || note === 'unknown'
}
