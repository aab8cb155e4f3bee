import type { PatchedDraft } from '#contract/patches.ts'
import { ConfigDiff } from '../../../editor/ConfigDiff.tsx'
import { useText } from '../../../ui/i18n/text.tsx'

/** The draft before and after, and what had to be written out anew. */
export function DraftPreview({ before, draft }: { readonly before: string; readonly draft: PatchedDraft }) {
  const { t } = useText()
  return (
    <section className="insert-preview" aria-label={t('insert.preview')}>
      <h3 className="label">{t('insert.preview')}</h3>
      {draft.rewritten.map((document) => (
        <p key={document} className="meta">
          {t('insert.rewritten', { document })}
        </p>
      ))}
      <ConfigDiff
        before={before}
        after={draft.text}
        beforeLabel={t('insert.before')}
        afterLabel={t('insert.after')}
      />
    </section>
  )
}
