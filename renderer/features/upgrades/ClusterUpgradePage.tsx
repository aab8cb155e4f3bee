import { useState } from 'react'
import type { NodeSummary } from '#contract/nodes.ts'
import { isAnswering } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName, plainVersion } from '../../ui/node-state.ts'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { TickBox } from '../../ui/Tick.tsx'
import { AS_USUAL, isSameHow } from './how.ts'
import { HowSection } from './HowSection.tsx'
import { oldestOf } from './oldest-node.ts'
import { PlanFrame } from './PlanFrame.tsx'
import { Targets } from './Targets.tsx'
import './rolling.css'

/** Several nodes in one run: which ones, where to, in which order; the same plan and checks as for one. */
export function ClusterUpgradePage({
  context,
  nodes,
}: {
  readonly context: string
  /** Chosen beforehand; empty: those furthest behind. */
  readonly nodes: readonly string[]
}) {
  const { t } = useText()
  const followed = useNodes((state) => state.context === context)
  const all = useNodes((state) => state.nodes)
  if (!followed || all.length === 0) {
    return (
      <>
        <PageHead title={t('rolling.title', { context })} />
        <PageBody>
          <EmptyState kind="busy" title={t('loading')} />
        </PageBody>
      </>
    )
  }
  return <Chosen context={context} all={all} wanted={nodes} />
}

function Chosen({
  context,
  all,
  wanted,
}: {
  readonly context: string
  readonly all: readonly NodeSummary[]
  readonly wanted: readonly string[]
}) {
  const { t } = useText()
  // Of a mixed cluster those furthest behind; the rest can be ticked as well.
  const [left, setLeft] = useState<ReadonlySet<string>>(() =>
    wanted.length === 0 ? aheadIn(all) : othersIn(all, wanted),
  )
  const [how, setHow] = useState(AS_USUAL)
  const [picked, setPicked] = useState<string>()
  const [typed, setTyped] = useState<string>()
  const offered = all.filter((node) => isAnswering(node) || wanted.includes(node.address))
  const chosen = offered.filter(({ address }) => !left.has(address))
  // The way has to be open to the one furthest behind.
  const oldest = oldestOf(chosen)
  const targets = useQuery(
    'upgrades.targets',
    oldest === undefined
      ? undefined
      : { context, node: oldest.address, ...(typed === undefined ? {} : { typed }) },
  )
  const judged = targets.value?.typed
  const version =
    picked ??
    (judged?.legal === true ? judged.version : undefined) ??
    targets.value?.targets.find(({ reason }) => reason === 'recommended')?.version
  const addresses = chosen.map(({ address }) => address)
  const plan = useQuery(
    'upgrades.plan',
    version === undefined || addresses.length === 0
      ? undefined
      : { context, nodes: addresses, version, options: how.options },
  )
  const shown =
    plan.value !== undefined &&
    isOf(plan.value.nodes, addresses, version) &&
    isSameHow(plan.value.options, how.options)
      ? plan.value
      : undefined
  const title =
    version === undefined
      ? t('rolling.title', { context })
      : t('rolling.title.to', { context, version: plainVersion(version) })
  return (
    <PlanFrame
      title={title}
      startLabel={
        version === undefined
          ? t('rolling.open')
          : t('rolling.start', { count: chosen.length, version: plainVersion(version) })
      }
      plan={shown}
      busy={plan.busy}
      error={targets.error ?? plan.error}
      off={how.wrong.size > 0 ? t('how.wrong') : undefined}
      onAgain={() => {
        targets.reload()
        plan.reload()
      }}
    >
      <Section
        title={t('rolling.nodes')}
        remark={
          chosen.length === 0
            ? t('rolling.nodes.none')
            : t('rolling.nodes.remark', { chosen: chosen.length, all: all.length })
        }
      >
        <NodeChoice
          offered={offered}
          left={left}
          onChange={(address, on) => {
            setLeft(new Set(on ? [...left].filter((one) => one !== address) : [...left, address]))
          }}
        />
      </Section>
      {targets.value !== undefined && oldest !== undefined && (
        <Section
          title={t('rolling.target')}
          remark={t('rolling.target.remark', {
            node: nodeName(oldest),
            version: plainVersion(targets.value.current),
          })}
        >
          <Targets
            targets={targets.value.targets}
            typed={judged}
            asked={typed}
            chosen={version}
            onChange={setPicked}
            onType={(text) => {
              setPicked(undefined)
              setTyped(text)
            }}
          />
        </Section>
      )}
      <HowSection how={how} several={addresses.length > 1} onChange={setHow} />
    </PlanFrame>
  )
}

function NodeChoice({
  offered,
  left,
  onChange,
}: {
  readonly offered: readonly NodeSummary[]
  readonly left: ReadonlySet<string>
  readonly onChange: (address: string, on: boolean) => void
}) {
  const { t } = useText()
  return (
    <Table dense label={t('rolling.nodes')}>
      <thead>
        <tr>
          <HeadCell spoken={t('rolling.nodes')} style={{ width: 34 }} />
          <HeadCell>{t('rolling.col.node')}</HeadCell>
          <HeadCell>{t('rolling.col.role')}</HeadCell>
          <HeadCell>{t('rolling.col.talos')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {offered.map((node) => {
          const isOn = !left.has(node.address)
          return (
            <Row key={node.address}>
              <Cell>
                <TickBox
                  label={t('rolling.choose', { node: nodeName(node) })}
                  checked={isOn}
                  onChange={(on) => onChange(node.address, on)}
                />
              </Cell>
              <NameCell strong>{nodeName(node)}</NameCell>
              <Cell>{t(`rolling.role.${node.role}`)}</Cell>
              <Cell>{node.talosVersion === undefined ? '–' : plainVersion(node.talosVersion)}</Cell>
            </Row>
          )
        })}
      </tbody>
    </Table>
  )
}

/** The plan of the choice before stays in memory while the next is computed; it must not be started. */
function isOf(
  nodes: readonly { readonly node: string; readonly to: string }[],
  addresses: readonly string[],
  version: string | undefined,
): boolean {
  return (
    nodes.length === addresses.length &&
    nodes.every(({ node, to }) => addresses.includes(node) && to === version)
  )
}

/** Nodes that run a newer Talos than the one furthest behind. */
function aheadIn(nodes: readonly NodeSummary[]): ReadonlySet<string> {
  const version = oldestOf(nodes.filter(isAnswering))?.talosVersion
  return new Set(nodes.filter((node) => node.talosVersion !== version).map(({ address }) => address))
}

/** All but the nodes that were chosen before. */
function othersIn(nodes: readonly NodeSummary[], wanted: readonly string[]): ReadonlySet<string> {
  return new Set(nodes.flatMap(({ address }) => (wanted.includes(address) ? [] : [address])))
}
