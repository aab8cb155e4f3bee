import { Eraser } from 'lucide-react'
import type { NodeSummary } from '#contract/nodes.ts'
import { LinkButton } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'

/** At the end of the page, far from the buttons of every day: nobody resets a node by a slip of the hand. */
export function TakeAway({ context, node }: { readonly context: string; readonly node: NodeSummary }) {
  const { t } = useText()
  return (
    <Section title={t('node.away.title', { node: nodeName(node) })}>
      <p className="take-away">{t('node.away.text')}</p>
      <LinkButton
        icon={Eraser}
        kind="risk"
        size="small"
        href={hrefOf({ at: 'reset', context, node: node.address })}
      >
        {t('node.reset')}
      </LinkButton>
    </Section>
  )
}
