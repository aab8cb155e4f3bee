import { Tabs } from './Page.tsx'
import { hrefOf, NODE_TABS, type NodeTab } from './route.ts'
import { useText } from './i18n/text.tsx'

/** The tabs of a node, in the order people look. Configuration and the rest live in different features. */

export function NodeTabs({
  context,
  node,
  current,
}: {
  readonly context: string
  readonly node: string
  readonly current: NodeTab
}) {
  const { t } = useText()
  return (
    <Tabs
      label={t('node.tabs')}
      tabs={NODE_TABS.map((tab) => ({
        href: hrefOf({ at: 'node', context, node, tab }),
        label: t(`node.tab.${tab}`),
        current: tab === current,
      }))}
    />
  )
}
