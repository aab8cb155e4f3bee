import type { NodeActionPlan, WipeItem } from '#contract/node-actions.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'

/** The two columns of a reset: what goes, and what stays. Older left, newer right does not apply: both are now. */
export function WipeTables({ plan }: { readonly plan: NodeActionPlan }) {
  const { t } = useText()
  const { wipe } = plan
  if (wipe === undefined) return null
  if (wipe.erased.length + wipe.kept.length === 0)
    return <p className="section dim">{t('action.no-disks')}</p>
  return (
    <Section title={t('action.wipe')} remark={t('action.wipe.remark', { node: plan.hostname })}>
      <div className="wipe">
        <WipeColumn
          kind="erased"
          title={t('action.erased')}
          none={t('action.erased.none')}
          items={wipe.erased}
        />
        <WipeColumn kind="kept" title={t('action.kept')} none={t('action.kept.none')} items={wipe.kept} />
      </div>
    </Section>
  )
}

function WipeColumn({
  kind,
  title,
  none,
  items,
}: {
  readonly kind: 'erased' | 'kept'
  readonly title: string
  readonly none: string
  readonly items: readonly WipeItem[]
}) {
  return (
    <section className={`wipe-column wipe-${kind}`} aria-label={title}>
      <h3 className="label">{title}</h3>
      {items.length === 0 ? (
        <p className="dim">{none}</p>
      ) : (
        <ul>
          {items.map((item) => (
            <WipeLine key={`${item.kind} ${item.id}`} item={item} />
          ))}
        </ul>
      )}
    </section>
  )
}

function WipeLine({ item }: { readonly item: WipeItem }) {
  const { t } = useText()
  return (
    <li className={item.kind === 'disk' ? 'wipe-disk' : undefined}>
      <b>{item.name}</b>
      <span>{t(`wipe.holds.${item.holds}`)}</span>
      <span className="mono dim">{item.device}</span>
      <span className="wipe-size">{item.size}</span>
    </li>
  )
}
