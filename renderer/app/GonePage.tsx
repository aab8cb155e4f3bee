import type { WireError } from '#contract/wire-error.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { useText } from '../ui/i18n/text.tsx'
import { Brand } from './Brand.tsx'
import './gone.css'

export type Gone = 'taken' | 'closed' | 'failed'

/** Whether the window has lost its other side for good, and how. A drop that mends itself is not that. */
export function goneFor(error: WireError | undefined): Gone | undefined {
  if (error === undefined) return undefined
  if (error.code === 'session-taken') return 'taken'
  if (error.code === 'interrupted' && !error.retryable) return 'closed'
  return error.code === 'untrusted-caller' ? 'failed' : undefined
}

/** In place of the whole app. */
export function GonePage({ why, error }: { readonly why: Gone; readonly error: WireError | undefined }) {
  const { t } = useText()
  return (
    <main className="gone">
      <div className="gone-box">
        <Brand />
        <EmptyState
          heading="h1"
          kind={why === 'taken' ? 'plain' : 'decide'}
          title={t(`gone.${why}.title`)}
          actions={
            <Button
              onClick={() => {
                location.reload()
              }}
            >
              {t('gone.reload')}
            </Button>
          }
        >
          <p>{t(`gone.${why}.text`)}</p>
          {error !== undefined && <p className="dim">{error.message}</p>}
        </EmptyState>
      </div>
    </main>
  )
}

/** Until the first answers are here; a failure on the way is said, and tried again by itself. */
export function StartingPage({ error }: { readonly error: WireError | undefined }) {
  const { t } = useText()
  return (
    <main className="gone">
      <div className="gone-box gone-starting">
        <Brand />
        <p className="dim" role="status">
          {error === undefined ? t('starting') : error.message}
        </p>
      </div>
    </main>
  )
}
