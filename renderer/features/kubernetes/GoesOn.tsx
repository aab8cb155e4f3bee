import type { KubernetesPlan } from '#contract/kubernetes.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Note } from '../../ui/Note.tsx'
import { standing } from './images-left.ts'

/** For a cluster that stands between two versions: what is left alone, and where the run goes on. */
export function GoesOn({ plan }: { readonly plan: KubernetesPlan }) {
  const { t } = useText()
  const found = standing(plan.images)
  if (found === undefined) return null
  const { there, all, next } = found
  const version = plainVersion(plan.to)
  return (
    <div className="section">
      <Note kind="plain" title={t('kubernetes.goes-on', { component: next.component, node: next.hostname })}>
        {t('kubernetes.goes-on.text', { count: there, all, version })}
      </Note>
    </div>
  )
}
