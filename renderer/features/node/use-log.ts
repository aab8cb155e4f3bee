import { useEffect, useReducer, useRef, useState } from 'react'
import type { LogBatch, LogSource } from '#contract/nodes.ts'
import type { WireError } from '#contract/wire-error.ts'
import { useTalosClient } from '../../ipc/client-context.ts'
import { keepOpen } from '../../ipc/keep-open.ts'
import { LogBuffer, LINES_HELD, type HeldLine } from './log-buffer.ts'

/** The screen takes new lines this often: an eye cannot read faster, and a flood costs one paint, not thousands. */
const PAINT_EVERY_MS = 100
/** Of the backlog; more is on the node. */
const TAIL_LINES = 5_000

export interface LogState {
  readonly known: boolean
  readonly lines: readonly HeldLine[]
  readonly error: WireError | undefined
}

/** Follows a log while the component is there. Reconnects by itself; what was held stays. */
export function useLog(
  context: string,
  node: string,
  source: LogSource,
): LogState & { readonly held: number } {
  const client = useTalosClient()
  const key = JSON.stringify({ context, node, source, tailLines: Math.min(TAIL_LINES, LINES_HELD) })
  const [state, setState] = useState<LogState & { readonly key: string }>({
    key,
    known: false,
    lines: [],
    error: undefined,
  })
  const [, paint] = useReducer((count: number) => count + 1, 0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  useEffect(() => {
    const buffer = new LogBuffer()
    let waiting: LogBatch[] = []
    let error: WireError | undefined
    let known = false

    function show(): void {
      timer.current = undefined
      buffer.append(waiting)
      waiting = []
      setState({ key, known, lines: buffer.lines, error })
      paint()
    }
    function later(): void {
      timer.current ??= setTimeout(show, PAINT_EVERY_MS)
    }
    const close = keepOpen(
      client,
      'logs.follow',
      JSON.parse(key) as Parameters<typeof keepOpen<'logs.follow'>>[2],
      {
        onSnapshot: (batches) => {
          buffer.append(waiting)
          waiting = []
          buffer.reopen(batches)
          known = true
          error = undefined
          show()
        },
        onChanges: (batches) => {
          waiting.push(...batches)
          later()
        },
        onError: (failure) => {
          error = failure
          later()
        },
      },
    )
    return () => {
      close()
      clearTimeout(timer.current)
      timer.current = undefined
    }
  }, [client, key])

  const mine = state.key === key ? state : { known: false, lines: [], error: undefined }
  return { ...mine, held: mine.lines.length }
}
