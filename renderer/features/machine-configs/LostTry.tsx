import { useEffect } from 'react'
import type { Run } from '#contract/runs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { useNow } from '../../ui/use-now.ts'

const LOOK_AGAIN_MS = 3_000

/**
 * A try that the app was away for. The node's timer did not stop: the time that is truly left is shown, and when it is
 * over the node is read and the outcome written down.
 */
export function LostTry({
  run,
  onSettled,
}: {
  readonly run: Run & { readonly trial: NonNullable<Run['trial']> }
  readonly onSettled: (runId: string) => void
}) {
  const { t, rich, format } = useText()
  const nowMs = useNow()
  const { run: settle, error } = useAction('runs.settle')
  const left = Math.max(0, Math.ceil((Date.parse(run.trial.revertsAt) - nowMs) / 1000))
  const over = left === 0
  useEffect(() => {
    if (!over) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      const answer = await settle({ runId: run.id, how: 'observe' })
      if (answer.ok) onSettled(run.id)
      else timer = setTimeout(() => void look(), LOOK_AGAIN_MS)
    }
    void look()
    return () => clearTimeout(timer)
  }, [over, run.id, settle, onSettled])
  // While the node's timer may still run, "not yet" is no failure to show.
  const shown = error?.code === 'config-try-pending' || error?.code === 'cancelled' ? undefined : error
  return (
    <Note kind={over ? 'busy' : 'decide'} title={t('try.lost.title', { node: run.hostname })}>
      {over
        ? t('try.lost.looking', { node: run.hostname })
        : rich('try.lost.text', {
            left: format.stopwatch(left),
            time: format.time(run.trial.revertsAt),
            node: run.hostname,
          })}
      {shown !== undefined && <ErrorNote error={shown} />}
    </Note>
  )
}
