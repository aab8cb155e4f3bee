import type { FieldFacts } from '#contract/config-fields.ts'
import type { FieldWords } from '../../editor/key-hover.ts'
import type { TextTools } from '../../ui/i18n/text.tsx'
import { effectWords } from './ChangeCells.tsx'

/** What main knows of a key, in the person's language. `talosVersion`: of the node. */
export function fieldWords(facts: FieldFacts, talosVersion: string, text: TextTools): FieldWords {
  const { t } = text
  const { since, deprecatedSince, effect, docs } = facts
  const lines: string[] = []
  if (facts.default !== undefined) lines.push(`${t('field.default')} \`${facts.default}\``)
  if (since !== undefined) {
    lines.push(t(facts.sinceOrOlder ? 'field.since.older' : 'field.since', { version: since }))
  }
  if (deprecatedSince !== undefined) lines.push(t('field.deprecated', { version: deprecatedSince }))
  lines.push(
    effect === undefined
      ? t('field.depends')
      : t('field.effect', {
          version: talosVersion.replace(/^v/, ''),
          effect: effectWords(effect, text),
        }),
  )
  if (facts.network) lines.push(t('field.network'))
  return { lines, ...(docs === undefined ? {} : { docs: { url: docs, label: t('field.docs') } }) }
}
