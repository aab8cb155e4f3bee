import { useState } from 'react'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { NodeTabs } from '../../ui/NodeTabs.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { ConfigDesk } from './ConfigDesk.tsx'
import './machine-configs.css'
import './review.css'
import './run.css'

/** The Configuration tab of a node: edit, review, try, verdict, history. Fills the place it is given. */
export function ConfigPage({ context, node }: { readonly context: string; readonly node: string }) {
  return <OnePage key={`${context} ${node}`} context={context} node={node} />
}

function OnePage({ context, node }: { readonly context: string; readonly node: string }) {
  const { t } = useText()
  const summary = useNodes(selectNode(node))
  const name = summary === undefined ? node : nodeName(summary)
  const [round, setRound] = useState(0)
  const read = useQuery('machine-configs.read', { context, node })
  const [shown, setShown] = useState<{ readonly round: number; readonly config: typeof read.value }>()

  // A desk keeps its draft and its place until it asks for a fresh reading itself.
  if (read.value !== undefined && !read.busy && shown?.round !== round) {
    setShown({ round, config: read.value })
  }
  const config = shown?.config
  if (config === undefined) {
    return (
      <>
        <PageHead title={name} tabs={<NodeTabs context={context} node={node} current="configuration" />} />
        <PageBody>
          {read.error === undefined ? (
            <EmptyState kind="busy" title={t('config.reading')} />
          ) : (
            <ErrorState error={read.error} actions={{ retry: read.reload, reload: read.reload }} />
          )}
        </PageBody>
      </>
    )
  }
  return (
    <ConfigDesk
      key={shown?.round}
      place={{ context, node }}
      name={name}
      config={config}
      onReload={() => {
        setRound(round + 1)
        read.reload()
      }}
    />
  )
}
