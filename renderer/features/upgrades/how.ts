import type { PlanOptions } from '#contract/upgrades.ts'

/** How a run goes when nobody says otherwise: the contract's own defaults, as no schema is run in the window. */
export const USUAL: PlanOptions = {
  order: 'control-planes-first',
  coldBoot: false,
  drain: true,
  drainSeconds: 300,
  settleSeconds: 30,
}

type Seconds = 'drainSeconds' | 'settleSeconds'

/** What the person chose of a plan's options; `wrong`: fields that hold no number that counts. */
export interface How {
  readonly options: PlanOptions
  readonly wrong: ReadonlySet<Seconds>
}

export const AS_USUAL: How = { options: USUAL, wrong: new Set() }

/** `seconds` absent: what was typed is none; the number before it stays. */
export function withSeconds(how: How, which: Seconds, seconds: number | undefined): How {
  const wrong = new Set(how.wrong)
  if (seconds === undefined) return { ...how, wrong: wrong.add(which) }
  wrong.delete(which)
  return { options: { ...how.options, [which]: seconds }, wrong }
}

/** The plan of the choice before stays in memory while the next is computed; it must not be started. */
export function isSameHow(planned: PlanOptions, chosen: PlanOptions): boolean {
  return (Object.keys(USUAL) as (keyof PlanOptions)[]).every((key) => planned[key] === chosen[key])
}
