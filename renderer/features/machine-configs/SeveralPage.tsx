import { ChevronLeft, FilePen } from 'lucide-react'
import { useState } from 'react'
import type { RolloutReview } from '#contract/config-rollout.ts'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote, ErrorState } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { ChooseNodes } from './ChooseNodes.tsx'
import { SeveralReview } from './SeveralReview.tsx'
import './compare.css'
import './machine-configs.css'
import './review.css'

/** The change of one node's draft, for several nodes: which ones, then each one's table, then sending. */
export function SeveralPage({ context, node }: { readonly context: string; readonly node: string }) {
  const { t } = useText()
  const source = useNodes(selectNode(node))
  const selected = useNodes((state) => state.selected)
  const chosen = selected.size > 1
  const name = source === undefined ? node : nodeName(source)
  const read = useQuery('machine-configs.read', { context, node })
  const review = useAction('machine-configs.review-many')
  const [reviewed, setReviewed] = useState<RolloutReview>()
  const draft = read.value?.draft
  const back = hrefOf({ at: 'node', context, node, tab: 'configuration' })

  async function ask(nodes: readonly string[]) {
    if (draft === undefined) return
    const answer = await review.run({
      context,
      change: { kind: 'draft', node, text: draft.text },
      nodes: [...nodes],
    })
    if (answer.ok) setReviewed(answer.value)
  }

  if (reviewed !== undefined) {
    return (
      <SeveralReview
        context={context}
        from={t('several.reviewed.text', { node: name })}
        reviewed={reviewed}
        onBack={() => setReviewed(undefined)}
      />
    )
  }
  return (
    <>
      <PageHead
        title={t('several.title', { node: name })}
        below={[t('several.text')]}
        actions={
          <LinkButton icon={ChevronLeft} href={back}>
            {t('review.editor')}
          </LinkButton>
        }
      />
      {read.error !== undefined && <ErrorState error={read.error} actions={{ retry: read.reload }} />}
      {read.value === undefined && read.error === undefined && (
        <EmptyState kind="busy" title={t('config.reading')} />
      )}
      {read.value !== undefined && draft === undefined && (
        <PageBody>
          <EmptyState
            title={t('several.no-draft', { node: name })}
            actions={
              <LinkButton size="small" icon={FilePen} href={back}>
                {t('several.write', { node: name })}
              </LinkButton>
            }
          >
            {t('several.no-draft.text')}
          </EmptyState>
        </PageBody>
      )}
      {draft !== undefined && (
        <ChooseNodes
          source={node}
          remark={t(chosen ? 'several.nodes.remark.chosen' : 'several.nodes.remark')}
          ticked={(one) => (chosen ? selected.has(one.address) : one.role === source?.role)}
          busy={review.busy}
          error={review.error === undefined ? undefined : <ErrorNote error={review.error} />}
          onChosen={(nodes) => void ask(nodes)}
        />
      )}
    </>
  )
}
