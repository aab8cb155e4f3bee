import { useState } from 'react'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { AS_USUAL, isSameHow } from './how.ts'
import { HowSection } from './HowSection.tsx'
import { PlanFrame } from './PlanFrame.tsx'
import { Slots } from './Slots.tsx'

interface Props {
  readonly context: string
  readonly node: string
}

/** The way back: what goes back, what stays, and the same checks as for going forward. */
export function RollbackPage({ context, node }: Props) {
  const { t } = useText()
  const [how, setHow] = useState(AS_USUAL)
  const summary = useNodes(selectNode(node))
  const plan = useQuery('upgrades.plan-rollback', { context, node, options: how.options })
  const slots = useQuery('node-actions.slots', { context, node })
  const shown =
    plan.value !== undefined && isSameHow(plan.value.options, how.options) ? plan.value : undefined
  const name = summary === undefined ? node : nodeName(summary)
  return (
    <PlanFrame
      title={t('upgrade.title.rollback', { node: name })}
      startLabel={t('upgrade.start.rollback', { node: name })}
      plan={shown}
      busy={plan.busy}
      error={plan.error}
      off={how.wrong.size > 0 ? t('how.wrong') : undefined}
      onAgain={plan.reload}
    >
      <p className="section">{t('rollback.intro')}</p>
      {slots.value !== undefined && <Slots slots={slots.value} />}
      <HowSection how={how} rollback onChange={setHow} />
    </PlanFrame>
  )
}
