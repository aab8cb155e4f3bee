import { GitMerge, Inbox } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConfigForEditing } from '#contract/machine-configs.ts'
import type { Run } from '#contract/runs.ts'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { hrefOf } from '../../ui/route.ts'
import { baseOf } from './use-draft.ts'

/** What a person has to know before editing: staged, moved, on trial, or another run at work. */
export function ConfigNotes({
  name,
  config,
  active,
  error,
  lostTry,
  onStaged,
  onMerge,
}: {
  readonly name: string
  readonly config: ConfigForEditing
  readonly active: Run | undefined
  readonly error: ReactNode
  /** A try that went on while the app was away. */
  readonly lostTry: ReactNode
  readonly onStaged: () => void
  readonly onMerge: () => void
}) {
  const { t, format } = useText()
  const base = baseOf(config)
  const { draft } = config
  const moved = draft !== undefined && draft.text !== base.text && draft.baseHash !== base.hash
  return (
    <div className="config-notes">
      {error}
      {active !== undefined && (
        <Note
          kind="busy"
          title={t('config.running.title', { node: name })}
          action={
            <LinkButton size="small" href={hrefOf({ at: 'run', id: active.id })}>
              {t('config.running.show')}
            </LinkButton>
          }
        />
      )}
      {lostTry}
      {config.tryPendingUntil !== undefined && active === undefined && lostTry === undefined && (
        <Note
          kind="decide"
          title={t('config.try-pending.title', { node: name, time: format.time(config.tryPendingUntil) })}
        >
          {t('config.try-pending.text')}
        </Note>
      )}
      {config.persistent !== undefined && (
        <Note
          kind="caution"
          icon={Inbox}
          title={t('config.staged.title', { node: name })}
          action={
            <Button size="small" onClick={onStaged}>
              {t('config.staged.show')}
            </Button>
          }
        >
          {t('config.staged.text')}
        </Note>
      )}
      {moved && (
        <Note
          kind="caution"
          title={t('config.moved.title', { node: name })}
          action={
            <Button size="small" icon={GitMerge} onClick={onMerge}>
              {t('merge.open-table')}
            </Button>
          }
        >
          {t('config.moved.text')}
        </Note>
      )}
    </div>
  )
}
