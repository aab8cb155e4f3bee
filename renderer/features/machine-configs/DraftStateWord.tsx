import { FileCheck } from 'lucide-react'
import { useText } from '../../ui/i18n/text.tsx'
import { State } from '../../ui/State.tsx'
import type { DraftState } from './draft-saver.ts'

/** Where the text stands on this computer. Saved is not proven, so it has no colour. */
export function DraftStateWord({
  state,
  staged,
}: {
  readonly state: DraftState
  /** The text is the one on disk, which is not yet what the node runs. */
  readonly staged: boolean
}) {
  const { t, format } = useText()
  switch (state.kind) {
    case 'same':
      return <>{t(staged ? 'config.draft.same-staged' : 'config.draft.same')}</>
    case 'unsaved':
      return <State kind="busy">{t('config.draft.unsaved')}</State>
    case 'saved':
      return (
        <State kind="plain" icon={FileCheck}>
          {t('config.draft.saved', { time: format.time(state.at) })}
        </State>
      )
    case 'failed':
      return <State kind="decide">{t('config.draft.failed')}</State>
  }
}
