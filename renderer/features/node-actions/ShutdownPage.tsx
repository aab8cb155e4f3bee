import { useState } from 'react'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { Choice } from '../../ui/Choice.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { Section } from '../../ui/Page.tsx'
import { ActionFrame } from './ActionFrame.tsx'

interface Props {
  readonly context: string
  readonly node: string
}

type How = 'drained' | 'force'

/** The node goes off and stays off. */
export function ShutdownPage({ context, node }: Props) {
  const { t } = useText()
  const [how, setHow] = useState<How>('drained')
  const summary = useNodes(selectNode(node))
  const plan = useQuery('node-actions.plan-shutdown', { context, node, force: how === 'force' })
  const name = summary === undefined ? (plan.value?.hostname ?? node) : nodeName(summary)
  return (
    <ActionFrame
      title={t('action.title.shutdown', { node: name })}
      startLabel={t('action.start.shutdown', { node: name })}
      plan={plan.value}
      busy={plan.busy}
      error={plan.error}
      onAgain={plan.reload}
    >
      <p className="section">{t('shutdown.intro')}</p>
      <Section title={t('action.how')}>
        <Choice<How>
          label={t('action.how')}
          value={how}
          onChange={setHow}
          options={[
            { value: 'drained', title: t('shutdown.drained'), reason: t('shutdown.drained.why') },
            { value: 'force', title: t('shutdown.force'), reason: t('shutdown.force.why') },
          ]}
        />
      </Section>
    </ActionFrame>
  )
}
