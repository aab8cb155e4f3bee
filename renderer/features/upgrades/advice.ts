import type { PreflightCheck } from '#contract/upgrades.ts'
import type { TextTools } from '../../ui/i18n/text.tsx'

/** Checks whose own advice is about not knowing; that of the others says what is wrong. */
const FITS_UNKNOWN: ReadonlySet<PreflightCheck['id']> = new Set([
  'boot-space',
  'config-readable',
  'extensions-published',
  'image',
  'kubernetes-api',
  'own-image',
])

/** What to do about a check that did not pass. Nothing is said to be wrong that nobody could read. */
export function adviceOf({ id, outcome, because }: PreflightCheck, { t }: TextTools): string {
  if (because !== undefined) return t(`because.${because}`)
  return outcome === 'unknown' && !FITS_UNKNOWN.has(id) ? t('check.unread') : t(`check.advice.${id}`)
}
