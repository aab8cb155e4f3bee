import type { ReactNode } from 'react'
import type { NodeSummary } from '#contract/nodes.ts'
import { CopyButton } from './Command.tsx'
import { useText } from './i18n/text.tsx'
import { nodeName, nodeState, type Away } from './node-state.ts'
import { NodeTabs } from './NodeTabs.tsx'
import { PageHead } from './Page.tsx'
import type { NodeTab } from './route.ts'
import { State } from './State.tsx'

/** Who a node is and how it does, over its tabs; Configuration tells of its draft there instead. */
export function NodeHead({
  context,
  node,
  away,
  tab,
  actions,
}: {
  readonly context: string
  readonly node: NodeSummary
  readonly away: Away | undefined
  readonly tab: NodeTab
  readonly actions?: ReactNode
}) {
  const text = useText()
  const { t } = text
  const state = nodeState(node, text, away)
  return (
    <PageHead
      title={nodeName(node)}
      below={[
        <>
          {node.address} <CopyButton text={node.address} what={t('word.address')} />
        </>,
        t('node.of', { role: t(`role.${node.role}`), context }),
        <State kind={state.kind} icon={state.icon}>
          <b>{state.long}</b>
        </State>,
      ]}
      actions={actions}
      tabs={<NodeTabs context={context} node={node.address} current={tab} />}
    />
  )
}
