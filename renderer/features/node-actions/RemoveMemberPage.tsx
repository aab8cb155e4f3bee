import { useQuery } from '../../ipc/use-call.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { ActionFrame } from './ActionFrame.tsx'

/** Takes a member out of etcd, asked of another control plane. */
export function RemoveMemberPage({
  context,
  node,
  memberId,
}: {
  readonly context: string
  readonly node: string
  readonly memberId: string
}) {
  const { t } = useText()
  const plan = useQuery('node-actions.plan-remove-member', { context, node, memberId })
  return (
    <ActionFrame
      title={t('action.title.remove-member')}
      startLabel={t('action.start.remove-member')}
      risky
      plan={plan.value}
      busy={plan.busy}
      error={plan.error}
      onAgain={plan.reload}
    />
  )
}
