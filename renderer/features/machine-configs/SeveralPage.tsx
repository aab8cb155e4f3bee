import { ChevronLeft } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { RolloutReview } from '#contract/config-rollout.ts'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote, ErrorState } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName, nodeState, plainVersion } from '../../ui/node-state.ts'
import { PageBody, PageFoot, PageHead, Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { TickBox } from '../../ui/Tick.tsx'
import { SeveralReview } from './SeveralReview.tsx'
import './compare.css'
import './machine-configs.css'
import './review.css'

/** The change of one node's draft, for several nodes: which ones, then each one's table, then sending. */
export function SeveralPage({ context, node }: { readonly context: string; readonly node: string }) {
  const { t } = useText()
  const source = useNodes(selectNode(node))
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
        name={name}
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
          <EmptyState title={t('several.no-draft', { node: name })}>{t('several.no-draft.text')}</EmptyState>
        </PageBody>
      )}
      {draft !== undefined && (
        <ChooseNodes
          source={node}
          busy={review.busy}
          error={review.error === undefined ? undefined : <ErrorNote error={review.error} />}
          onChosen={(nodes) => void ask(nodes)}
        />
      )}
    </>
  )
}

function ChooseNodes({
  source,
  busy,
  error,
  onChosen,
}: {
  readonly source: string
  readonly busy: boolean
  readonly error: ReactNode
  readonly onChosen: (nodes: readonly string[]) => void
}) {
  const text = useText()
  const { t } = text
  const nodes = useNodes((state) => state.nodes)
  const own = nodes.find((one) => one.address === source)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(nodes.filter((one) => one.role === own?.role).map((one) => one.address)),
  )
  const picked = nodes.filter((one) => chosen.has(one.address))
  return (
    <>
      <PageBody>
        <Section title={t('several.nodes')} remark={t('several.nodes.remark')}>
          <Table label={t('several.nodes')}>
            <thead>
              <tr>
                <HeadCell spoken={t('several.nodes')} />
                <HeadCell>{t('fleet.col.node')}</HeadCell>
                <HeadCell>{t('several.col.role')}</HeadCell>
                <HeadCell number>{t('fleet.col.talos')}</HeadCell>
                <HeadCell>{t('fleet.col.stage')}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {nodes.map((one) => {
                const state = nodeState(one, text)
                return (
                  <Row key={one.address} selected={chosen.has(one.address)}>
                    <Cell>
                      <TickBox
                        label={nodeName(one)}
                        checked={chosen.has(one.address)}
                        onChange={(on) => {
                          const next = new Set(chosen)
                          if (on) next.add(one.address)
                          else next.delete(one.address)
                          setChosen(next)
                        }}
                      />
                    </Cell>
                    <NameCell strong>
                      {nodeName(one)}
                      {one.address === source && <span className="dim"> {t('several.source')}</span>}
                    </NameCell>
                    <Cell>{t(`compare.role.${one.role}`)}</Cell>
                    <Cell number>
                      {one.talosVersion === undefined ? '–' : plainVersion(one.talosVersion)}
                    </Cell>
                    <Cell>
                      <State kind={state.kind} icon={state.icon}>
                        {state.long}
                      </State>
                    </Cell>
                  </Row>
                )
              })}
            </tbody>
          </Table>
          {error}
        </Section>
      </PageBody>
      <PageFoot
        actions={
          <Button
            kind="go"
            busy={busy}
            off={picked.length === 0 ? t('several.none') : undefined}
            onClick={() => onChosen(picked.map((one) => one.address))}
          >
            {t('several.review', { count: picked.length })}
          </Button>
        }
      >
        {t('several.order')}
      </PageFoot>
    </>
  )
}
