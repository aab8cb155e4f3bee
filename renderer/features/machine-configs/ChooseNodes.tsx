import { useState, type ReactNode } from 'react'
import type { NodeSummary } from '#contract/nodes.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { Button } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName, nodeState, plainVersion } from '../../ui/node-state.ts'
import { PageBody, PageFoot, Section } from '../../ui/Page.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { TickBox } from '../../ui/Tick.tsx'

/** Which nodes a change goes to, one after another. */
export function ChooseNodes({
  source,
  remark,
  ticked,
  busy,
  error,
  onChosen,
}: {
  /** Where the change was written, when it is a draft. */
  readonly source?: string | undefined
  readonly remark: string
  /** What is ticked to begin with. */
  readonly ticked: (node: NodeSummary) => boolean
  readonly busy: boolean
  readonly error: ReactNode
  readonly onChosen: (nodes: readonly string[]) => void
}) {
  const text = useText()
  const { t } = text
  const nodes = useNodes((state) => state.nodes)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(nodes.filter(ticked).map((one) => one.address)),
  )
  const picked = nodes.filter((one) => chosen.has(one.address))
  return (
    <>
      <PageBody>
        <Section title={t('several.nodes')} remark={remark}>
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
