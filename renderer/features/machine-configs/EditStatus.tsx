import { useStore } from 'zustand'
import type { Outline } from '../../editor/outline.ts'
import { useText } from '../../ui/i18n/text.tsx'
import type { CursorStore } from './cursor-store.ts'

/** The line under the editor: where the cursor is, how long the text is, and that secrets are not in it. */
export function EditStatus({
  cursor,
  outline,
  secrets,
}: {
  readonly cursor: CursorStore
  readonly outline: Outline
  readonly secrets: number
}) {
  const { t } = useText()
  return (
    <div className="config-status">
      <CursorPlace cursor={cursor} />
      <span>
        {t('config.status.size', {
          lines: t('config.status.lines', { count: outline.lines }),
          documents: t('config.documents.count', { count: outline.documents }),
        })}
      </span>
      <span>{t('config.status.yaml', { count: outline.indent })}</span>
      <span className="config-status-leave">{t('config.status.leave')}</span>
      {secrets > 0 && <span className="to-end">{t('config.status.secrets', { count: secrets })}</span>}
    </div>
  )
}

function CursorPlace({ cursor }: { readonly cursor: CursorStore }) {
  const { t } = useText()
  const { line, column } = useStore(cursor)
  return <span>{t('config.status.place', { line: String(line), column: String(column) })}</span>
}
