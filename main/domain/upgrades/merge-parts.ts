import type { RunEvent } from '../runs/run-port.ts'
import type { RunPart } from './run-step.ts'

/**
 * Runs parts side by side, `width` at a time, and passes their events on as they come. When one fails no other is
 * begun, those under way are let to their end, and the first failure is thrown.
 */
export async function* mergeParts(parts: readonly (() => RunPart<unknown>)[], width: number): RunPart<void> {
  interface Going {
    readonly part: RunPart<unknown>
    next: Promise<{ readonly going: Going; readonly result: IteratorResult<RunEvent, unknown> | undefined }>
  }
  const waiting = [...parts]
  const under = new Set<Going>()
  let failure: { readonly error: unknown } | undefined

  function step(going: Going): Going['next'] {
    return going.part.next().then(
      (result) => ({ going, result }),
      (error: unknown) => {
        failure ??= { error }
        return { going, result: undefined }
      },
    )
  }

  try {
    for (;;) {
      while (under.size < width && failure === undefined) {
        const begin = waiting.shift()
        if (begin === undefined) break
        const part = begin()
        const going: Going = { part, next: Promise.resolve(undefined as never) }
        going.next = step(going)
        under.add(going)
      }
      if (under.size === 0) break
      const { going, result } = await Promise.race([...under].map(({ next }) => next))
      if (result === undefined || result.done === true) {
        under.delete(going)
        continue
      }
      yield result.value
      going.next = step(going)
    }
  } finally {
    await Promise.all([...under].map(({ part }) => part.return(undefined)))
  }
  if (failure !== undefined) throw failure.error
}
