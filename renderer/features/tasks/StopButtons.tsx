import { OctagonPause } from 'lucide-react'
import type { Run } from '#contract/runs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { isRolling } from './run-parts.ts'

/** Ends a run early: between two steps, or of several nodes when the one under way is done. Never inside an installer. */
export function StopButtons({ run }: { readonly run: Run }) {
  const { t } = useText()
  const stop = useAction('runs.stop')
  const node = isRolling(run) ? run.nodes.find(({ state }) => state === 'running')?.hostname : undefined
  const stopping = run.stopping
  return (
    <>
      {node !== undefined && stopping !== 'now' && (
        <Button
          icon={OctagonPause}
          busy={stop.busy || stopping === 'after-node'}
          onClick={() => {
            void stop.run({ runId: run.id, when: 'after-node' })
          }}
        >
          {t(stopping === undefined ? 'rolling.stop-after' : 'rolling.stops-after', { node })}
        </Button>
      )}
      <Button
        icon={OctagonPause}
        busy={stop.busy || stopping === 'now'}
        onClick={() => {
          void stop.run({ runId: run.id, when: 'now' })
        }}
      >
        {node === undefined
          ? t(stopping === 'now' ? 'run.stopping' : 'run.stop')
          : t(stopping === 'now' ? 'rolling.stops-now' : 'rolling.stop-now')}
      </Button>
      {stop.error !== undefined && <ErrorNote error={stop.error} />}
    </>
  )
}
