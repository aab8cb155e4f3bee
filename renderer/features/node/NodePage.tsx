import { ArrowUpToLine, Hourglass, Pencil, Power, RotateCw, Undo2 } from 'lucide-react'
import type { NodeDetail, NodeSummary } from '#contract/nodes.ts'
import type { Run } from '#contract/runs.ts'
import { useLatest } from '../../ipc/use-stream.ts'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { awayAs, selectPutAway, selectTrial } from '../../ipc/stores/runs-store.ts'
import { useNodes, useRuns } from '../../ipc/stores/stores-context.ts'
import { LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { NodeHead } from '../../ui/NodeHead.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { Note } from '../../ui/Note.tsx'
import { PageBody } from '../../ui/Page.tsx'
import { hrefOf, type NodeTab } from '../../ui/route.ts'
import { KernelLogTab, ServiceLogsTab } from './LogsTab.tsx'
import { Overview } from './Overview.tsx'
import { TakeAway } from './TakeAway.tsx'
import { ServicesTab } from './ServicesTab.tsx'
import './node.css'

interface Props {
  readonly context: string
  readonly node: string
  readonly tab: Exclude<NodeTab, 'configuration' | 'history'>
}

/** One node, but for its configuration, which has a page of its own. */
export function NodePage({ context, node, tab }: Props) {
  const { t } = useText()
  const summary = useNodes(selectNode(node))
  const off = useRuns(selectPutAway(context, node))
  const { latest, error } = useLatest('nodes.watch-detail', { context, node })
  if (summary === undefined) {
    return error === undefined ? (
      <EmptyState kind="busy" title={t('loading')} />
    ) : (
      <ErrorState error={error} />
    )
  }
  return (
    <>
      <NodeHead
        context={context}
        node={summary}
        away={awayAs(off)}
        tab={tab}
        actions={
          <>
            <LinkButton icon={Pencil} href={hrefOf({ at: 'node', context, node, tab: 'configuration' })}>
              {t('node.edit')}
            </LinkButton>
            <LinkButton icon={ArrowUpToLine} href={hrefOf({ at: 'upgrade', context, node })}>
              {t('node.upgrade')}
            </LinkButton>
            <LinkButton icon={Undo2} href={hrefOf({ at: 'rollback', context, node })}>
              {t('node.roll-back')}
            </LinkButton>
            <LinkButton icon={RotateCw} href={hrefOf({ at: 'reboot', context, node })}>
              {t('node.reboot')}
            </LinkButton>
            <LinkButton icon={Power} href={hrefOf({ at: 'shutdown', context, node })}>
              {t('node.shutdown')}
            </LinkButton>
          </>
        }
      />
      <NodeTabBody tab={tab} context={context} node={node} summary={summary} detail={latest} />
    </>
  )
}

function NodeTabBody({
  tab,
  context,
  node,
  summary,
  detail,
}: Props & { readonly summary: NodeSummary; readonly detail: NodeDetail | undefined }) {
  const { t } = useText()
  switch (tab) {
    case 'overview':
      return (
        <PageBody>
          <NodeNotes context={context} node={summary} />
          {detail === undefined ? (
            <EmptyState kind="busy" title={t('loading')} />
          ) : (
            <Overview detail={detail} />
          )}
          <TakeAway context={context} node={summary} />
        </PageBody>
      )
    case 'services':
      return (
        <PageBody>
          <ServicesTab context={context} node={node} />
        </PageBody>
      )
    case 'logs':
      return (
        <PageBody flush>
          <ServiceLogsTab context={context} node={node} />
        </PageBody>
      )
    case 'kernel-log':
      return (
        <PageBody flush>
          <KernelLogTab context={context} node={node} />
        </PageBody>
      )
  }
}

/** Silent because it was told to be: that is no failure. */
function PutOff({ node, run }: { readonly node: NodeSummary; readonly run: Run }) {
  const { t, format } = useText()
  const time = format.time(run.endedAt ?? run.startedAt)
  const name = nodeName(node)
  return (
    <Note
      kind="plain"
      icon={Power}
      title={
        run.kind === 'reset' ? t('node.erased.title', { node: name }) : t('node.off.title', { node: name })
      }
      action={
        <LinkButton size="small" href={hrefOf({ at: 'run', id: run.id })}>
          {t('node.open-run')}
        </LinkButton>
      }
    >
      {run.kind === 'reset' ? t('node.erased.text', { time }) : t('node.off.text', { time })}
    </Note>
  )
}

/** What a person has to know before reading on. */
function NodeNotes({ context, node }: { readonly context: string; readonly node: NodeSummary }) {
  const { t, format, said } = useText()
  const trial = useRuns(selectTrial(context, node.address))
  const off = useRuns(selectPutAway(context, node.address))
  const { reach } = node
  return (
    <>
      {reach.kind === 'silent' && off !== undefined && <PutOff node={node} run={off} />}
      {reach.kind === 'silent' && off === undefined && (
        <Note kind="unknown" title={t('node.stale.title', { node: nodeName(node) })}>
          {said(reach.error.message)}
          {node.lastReadAt !== undefined && (
            <div>{t('node.stale', { time: format.time(node.lastReadAt) })}</div>
          )}
        </Note>
      )}
      {trial?.trial !== undefined && (
        <Note
          kind="decide"
          icon={Hourglass}
          title={t('node.trial.title')}
          action={
            <LinkButton
              size="small"
              href={hrefOf({ at: 'node', context, node: node.address, tab: 'configuration' })}
            >
              {t('node.trial.open')}
            </LinkButton>
          }
        >
          {t('node.trial.text', { time: format.time(trial.trial.revertsAt) })}
        </Note>
      )}
      {node.configStaged === true && trial === undefined && (
        <Note
          kind="caution"
          title={t('node.staged.title')}
          action={
            <LinkButton
              size="small"
              href={hrefOf({ at: 'node', context, node: node.address, tab: 'configuration' })}
            >
              {t('node.staged.open')}
            </LinkButton>
          }
        >
          {t('node.staged.text')}
        </Note>
      )}
    </>
  )
}
