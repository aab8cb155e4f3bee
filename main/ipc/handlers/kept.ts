import { TalosFailure } from '../../domain/talos-failure.ts'

/** What was shown to a person and may still be acted on, by its id. */
export interface Kept<T> {
  keep(id: string, value: T): void
  /** Throws `plan-stale` for one that is not kept, or that `fits` denies. */
  get(id: string, fits?: (value: T) => boolean, where?: { readonly node: string }): T
  /** What was acted on once is gone: its inputs have moved. */
  spend(id: string): void
}

/** Holds `most` of them, the oldest goes first; `gone` is what a person is told of one that went. */
export function createKept<T>(most: number, gone = 'This plan is no longer kept.'): Kept<T> {
  const kept = new Map<string, T>()
  return {
    keep(id, value) {
      kept.set(id, value)
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break
        kept.delete(oldest)
      }
    },
    get(id, fits = () => true, where) {
      const value = kept.get(id)
      if (value === undefined || !fits(value)) throw new TalosFailure('plan-stale', gone, where)
      return value
    },
    spend: (id) => void kept.delete(id),
  }
}
