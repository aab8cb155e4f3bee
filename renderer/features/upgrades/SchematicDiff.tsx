import type { SchematicView } from '#contract/images.ts'
import { CopyButton } from '../../ui/Command.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { diffLines, type DiffLine } from './schematic-diff.ts'

const MARK: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', gone: '−', new: '+' }

/** The two schematics line by line, with the ids that follow from them. */
export function SchematicDiff({
  before,
  after,
}: {
  readonly before: SchematicView | undefined
  readonly after: SchematicView
}) {
  const { t } = useText()
  const lines = diffLines(before?.text ?? '', after.text ?? '')
  const word = { same: '', gone: t('plan.removed'), new: t('plan.added') } as const
  return (
    <div className="schematic-diff">
      <dl className="schematic-ids">
        <dt>{t('plan.before')}</dt>
        <dd>
          <code>{before?.id ?? '–'}</code>
        </dd>
        <dt>{t('plan.after')}</dt>
        <dd>
          <code>{after.id}</code>
          <CopyButton text={after.id} what={t('plan.row.schematic')} />
        </dd>
      </dl>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="schematic-lines" role="region" aria-label={t('image.diff')} tabIndex={0}>
        {lines.map(({ kind, text }, at) => (
          <div key={at} className={`schematic-line schematic-${kind}`}>
            <span aria-hidden>{MARK[kind]}</span>
            {kind !== 'same' && <span className="spoken">{word[kind]} </span>}
            <code>{text}</code>
          </div>
        ))}
      </div>
      <p className="meta">{t('image.id-computed')}</p>
    </div>
  )
}
