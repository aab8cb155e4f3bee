import { useQuery } from '../../ipc/use-call.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { ActionFrame } from './ActionFrame.tsx'

/** Lets Kubernetes put pods on a node again that a run left cordoned. */
export function UncordonPage({ context, node }: { readonly context: string; readonly node: string }) {
  const { t } = useText()
  const plan = useQuery('node-actions.plan-uncordon', { context, node })
  const name = plan.value?.hostname ?? node
  return (
    <ActionFrame
      title={t('action.title.uncordon', { node: name })}
      startLabel={t('action.start.uncordon', { node: name })}
      plan={plan.value}
      busy={plan.busy}
      error={plan.error}
      onAgain={plan.reload}
    />
  )
}
