import type { ContextName } from '#contract/names.ts'
import type { ClockPort } from '../clock-port.ts'
import type { LogPort } from '../log-port.ts'
import type { ClustersPort } from './clusters-port.ts'
import { followFleet, type FollowedFleet } from './follow-fleet.ts'

/** How long a fleet nobody looks at is kept, so that going from one screen to the next does not start over. */
const LINGER_MS = 10_000

/** Fleets shared by every stream that shows them: one set of watches per node, however many screens. */
export interface Fleets extends Disposable {
  use(context: ContextName): Promise<{ readonly fleet: FollowedFleet; readonly release: () => void }>
  /** Ends the fleet of a context that was forgotten, or whose key was renewed. */
  drop(context: ContextName): void
}

interface Deps {
  readonly clusters: ClustersPort
  readonly clock: ClockPort
  readonly log: LogPort
}

interface Shared {
  readonly fleet: FollowedFleet
  users: number
  lingering: AbortController | undefined
}

export function createFleets({ clusters, clock, log }: Deps): Fleets {
  const shared = new Map<ContextName, Shared>()

  function end(context: ContextName, entry: Shared): void {
    if (shared.get(context) === entry) shared.delete(context)
    entry.lingering?.abort()
    entry.fleet[Symbol.dispose]()
  }

  function release(context: ContextName, entry: Shared): void {
    entry.users -= 1
    if (entry.users > 0 || shared.get(context) !== entry) return
    const lingering = new AbortController()
    entry.lingering = lingering
    clock.sleep(LINGER_MS, lingering.signal).then(
      () => end(context, entry),
      () => undefined, // someone came back in time
    )
  }

  return {
    async use(context) {
      const cluster = await clusters.cluster(context)
      let entry = shared.get(context)
      if (entry === undefined) {
        entry = { fleet: followFleet({ cluster, clock, log }), users: 0, lingering: undefined }
        shared.set(context, entry)
      }
      const mine = entry
      mine.users += 1
      mine.lingering?.abort()
      let released = false
      return {
        fleet: mine.fleet,
        release() {
          if (released) return
          released = true
          release(context, mine)
        },
      }
    },
    drop(context) {
      const entry = shared.get(context)
      if (entry !== undefined) end(context, entry)
    },
    [Symbol.dispose]() {
      for (const [context, entry] of shared) end(context, entry)
    },
  }
}
