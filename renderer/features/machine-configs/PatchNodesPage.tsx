import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import type { RolloutReview } from '#contract/config-rollout.ts'
import type { PatchScope } from '#contract/patches.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote, ErrorState } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { ChooseNodes } from './ChooseNodes.tsx'
import './compare.css'
import './machine-configs.css'
import { joinPatchReview, textsToReview } from './patch-review.ts'
import './review.css'
import { SeveralReview } from './SeveralReview.tsx'

/** A saved patch for the nodes it is meant for: which ones, then each one's table, then sending. */
export function PatchNodesPage({
  context,
  node,
  patchId,
}: {
  readonly context: string
  /** Whose desk it was opened from, and goes back to. */
  readonly node: string
  readonly patchId: string
}) {
  const { t } = useText()
  const nodes = useNodes((state) => state.nodes)
  const patches = useQuery('patches.list', { context })
  const texts = useAction('patches.for-nodes')
  const review = useAction('machine-configs.review-many')
  const [reviewed, setReviewed] = useState<RolloutReview>()
  const patch = patches.value?.patches.find(({ id }) => id === patchId)

  async function ask(chosen: readonly string[]) {
    const made = await texts.run({ context, id: patchId, nodes: [...chosen] })
    if (!made.ok) return
    const toReview = textsToReview(made.value.nodes)
    // Nobody to ask: each has the patch already, or could not be read.
    if (toReview.length === 0) {
      setReviewed(joinPatchReview(made.value.nodes, nodes, undefined))
      return
    }
    const answer = await review.run({
      context,
      change: { kind: 'texts', texts: [...toReview] },
      nodes: toReview.map((one) => one.node),
    })
    if (answer.ok) setReviewed(joinPatchReview(made.value.nodes, nodes, answer.value))
  }

  if (reviewed !== undefined && patch !== undefined) {
    return (
      <SeveralReview
        context={context}
        from={t('patch-nodes.from', { patch: patch.name })}
        reviewed={reviewed}
        onBack={() => setReviewed(undefined)}
      />
    )
  }
  const error = texts.error ?? review.error
  return (
    <>
      <PageHead
        title={patch === undefined ? t('several.crumb') : t('patch-nodes.title', { patch: patch.name })}
        below={[t('patch-nodes.text')]}
        actions={
          <LinkButton icon={ChevronLeft} href={hrefOf({ at: 'node', context, node, tab: 'configuration' })}>
            {t('review.editor')}
          </LinkButton>
        }
      />
      {patches.error !== undefined && (
        <ErrorState error={patches.error} actions={{ retry: patches.reload }} />
      )}
      {patches.value === undefined && patches.error === undefined && (
        <EmptyState kind="busy" title={t('patch-nodes.reading')} />
      )}
      {patches.value !== undefined && patch === undefined && (
        <PageBody>
          <EmptyState title={t('patch-nodes.gone')}>{t('patch-nodes.gone.text')}</EmptyState>
        </PageBody>
      )}
      {patch !== undefined && nodes.length > 0 && (
        <ChooseNodes
          remark={t(`patch-nodes.remark.${scopeWord(patch.scope)}`)}
          ticked={(one) => isMeantFor(patch.scope, one)}
          busy={texts.busy || review.busy}
          error={error === undefined ? undefined : <ErrorNote error={error} />}
          onChosen={(chosen) => void ask(chosen)}
        />
      )}
    </>
  )
}

function scopeWord(scope: PatchScope): 'node' | 'controlplane' | 'worker' | 'cluster' {
  return scope.kind === 'role' ? scope.role : scope.kind
}

function isMeantFor(scope: PatchScope, node: { readonly address: string; readonly role: string }): boolean {
  if (scope.kind === 'cluster') return true
  return scope.kind === 'node' ? scope.node === node.address : scope.role === node.role
}
