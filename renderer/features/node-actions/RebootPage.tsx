import { useState } from 'react'
import type { RebootMode } from '#contract/node-actions.ts'
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

/** A restart as a plan: how, what stops meanwhile, who leads etcd then. */
export function RebootPage({ context, node }: Props) {
  const { t } = useText()
  const [mode, setMode] = useState<RebootMode>('default')
  const summary = useNodes(selectNode(node))
  const plan = useQuery('node-actions.plan-reboot', { context, node, mode })
  const name = summary === undefined ? (plan.value?.hostname ?? node) : nodeName(summary)
  return (
    <ActionFrame
      title={t('action.title.reboot', { node: name })}
      startLabel={t('action.start.reboot', { node: name })}
      plan={plan.value}
      busy={plan.busy}
      error={plan.error}
      onAgain={plan.reload}
    >
      <Section title={t('action.how')}>
        <Choice<RebootMode>
          label={t('action.how')}
          value={mode}
          onChange={setMode}
          options={[
            { value: 'default', title: t('node.reboot.default'), reason: t('node.reboot.default.why') },
            {
              value: 'powercycle',
              title: t('node.reboot.powercycle'),
              reason: t('node.reboot.powercycle.why'),
            },
            { value: 'force', title: t('reboot.force'), reason: t('reboot.force.why') },
          ]}
        />
      </Section>
    </ActionFrame>
  )
}
