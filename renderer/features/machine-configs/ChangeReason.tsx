import type { ChangeRow, Review } from '#contract/machine-configs.ts'
import type { TextPosition } from '#contract/wire-error.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { effectReason, riskReason } from './ChangeCells.tsx'
import { undoChange } from './undo-change.ts'

/** Why a row has its effect and its risks, and what can be done about it. */
export function ChangeReason({
  row,
  review,
  onUndo,
  onShow,
}: {
  readonly row: ChangeRow
  readonly review: Review
  readonly onUndo: (row: ChangeRow, text: string) => void
  readonly onShow: (at: TextPosition) => void
}) {
  const text = useText()
  const { t } = text
  const undone = undoChange(review, row)
  const at = row.afterAt
  return (
    <>
      <p>{[effectReason(row.effect, text), ...row.risks.map((risk) => riskReason(risk, text))].join(' ')}</p>
      <p>
        {undone === undefined ? (
          <span className="faint">{t('review.undo.not')}</span>
        ) : (
          <button type="button" className="config-link" onClick={() => onUndo(row, undone)}>
            {t('review.undo')}
          </button>
        )}
        {at !== undefined && (
          <>
            {' · '}
            <button type="button" className="config-link" onClick={() => onShow(at)}>
              {t('review.show-line', { line: String(at.line) })}
            </button>
          </>
        )}
      </p>
    </>
  )
}
