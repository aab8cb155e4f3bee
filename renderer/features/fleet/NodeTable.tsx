import { Crown, HardDriveDownload, Hourglass } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { NodeSummary } from '#contract/nodes.ts'
import { isAnswering, isBetweenBoots, isControlPlane } from '../../ipc/stores/nodes-store.ts'
import { awayAs, selectPutAway, selectTrial } from '../../ipc/stores/runs-store.ts'
import { useRuns } from '../../ipc/stores/stores-context.ts'
import { Hint } from '../../ui/Hint.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Meter } from '../../ui/Meter.tsx'
import { nodeName, nodeState, plainVersion } from '../../ui/node-state.ts'
import { hrefOf } from '../../ui/route.ts'
import { Badge, Dash, State } from '../../ui/State.tsx'
import { Cell, GroupRow, HeadCell, NameCell, Row, RowLink, Table } from '../../ui/Table.tsx'
import { TickBox } from '../../ui/Tick.tsx'
import { MINUTE_MS, useNow } from '../../ui/use-now.ts'
import { shownState } from './selection.ts'

const COLUMNS = 13

/** `range`: with Shift, everything from the node that was touched last. */
type OnPick = (address: string, how: 'on' | 'off' | 'range') => void

/** One row per machine, live. Silent ones stay, with what they last said in grey and dashes for what moves. */
export function NodeTable({
  label,
  nodes,
  picked,
  onPick,
  onAll,
}: {
  readonly label: string
  readonly nodes: readonly NodeSummary[]
  /** Addresses that are selected. */
  readonly picked: ReadonlySet<string>
  readonly onPick: OnPick
  /** All that are shown, or none of them. */
  readonly onAll: () => void
}) {
  const { t } = useText()
  const groups = [
    { name: t('tree.controlplane'), nodes: nodes.filter(isControlPlane) },
    { name: t('tree.workers'), nodes: nodes.filter((node) => node.role === 'worker') },
    { name: t('tree.other'), nodes: nodes.filter((node) => node.role === 'unknown') },
  ].filter((group) => group.nodes.length > 0)
  const addresses = nodes.map(({ address }) => address)
  return (
    <Table label={label}>
      <thead>
        <tr>
          <HeadCell>
            <span className="fleet-pick">
              <TickBox
                label={t('fleet.select-all')}
                checked={shownState(picked, addresses)}
                onChange={onAll}
              />
            </span>
          </HeadCell>
          <HeadCell>{t('fleet.col.node')}</HeadCell>
          <HeadCell optional>{t('fleet.col.address')}</HeadCell>
          <HeadCell>{t('fleet.col.stage')}</HeadCell>
          <HeadCell number>{t('fleet.col.talos')}</HeadCell>
          <HeadCell number>
            K<span className="label-digits">8</span>s
          </HeadCell>
          <HeadCell optional>{t('fleet.col.schematic')}</HeadCell>
          <HeadCell number>{t('fleet.col.cpu')}</HeadCell>
          <HeadCell number>{t('fleet.col.memory')}</HeadCell>
          <HeadCell number>{t('fleet.col.disk')}</HeadCell>
          <HeadCell number optional>
            {t('fleet.col.boot')}
          </HeadCell>
          <HeadCell number>{t('fleet.col.up')}</HeadCell>
          <HeadCell spoken={t('fleet.col.notes')} />
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group.name}>
          <GroupRow columns={COLUMNS}>{group.name}</GroupRow>
          {group.nodes.map((node) => (
            <NodeRow key={node.address} node={node} picked={picked.has(node.address)} onPick={onPick} />
          ))}
        </tbody>
      ))}
    </Table>
  )
}

/** A node that told nothing new is not drawn again. */
const NodeRow = memo(function NodeRow({
  node,
  picked,
  onPick,
}: {
  readonly node: NodeSummary
  readonly picked: boolean
  readonly onPick: OnPick
}) {
  const text = useText()
  const { t, format } = text
  const off = useRuns(selectPutAway(node.context, node.address))
  const state = nodeState(node, text, awayAs(off))
  const live = isAnswering(node)
  const missing = <Dash why={live ? t('fleet.not-read') : t('fleet.silent-why')} />
  const old = (value: ReactNode) => (live ? value : <span className="faint">{value}</span>)
  // Between two boots the last counters are those of the boot before.
  const between = live && isBetweenBoots(node)
  const now = (value: ReactNode) => (live && !between && value !== undefined ? value : missing)
  return (
    <Row selected={picked}>
      <Cell>
        <span className="fleet-pick">
          <TickBox
            label={t('fleet.select', { node: nodeName(node) })}
            checked={picked}
            onChange={(on) => onPick(node.address, on ? 'on' : 'off')}
            onRange={() => onPick(node.address, 'range')}
          />
        </span>
      </Cell>
      <NameCell strong>
        <RowLink href={hrefOf({ at: 'node', context: node.context, node: node.address, tab: 'overview' })}>
          {nodeName(node)}
        </RowLink>
      </NameCell>
      <Cell nowrap optional>
        <span className="faint">{node.address}</span>
      </Cell>
      <Cell>
        <State kind={state.kind} icon={state.icon}>
          {state.long}
        </State>
      </Cell>
      <Cell number nowrap>
        {node.talosVersion === undefined ? missing : old(plainVersion(node.talosVersion))}
      </Cell>
      <Cell number nowrap>
        {node.kubernetesVersion === undefined ? missing : old(plainVersion(node.kubernetesVersion))}
      </Cell>
      <Cell nowrap optional>
        {node.schematic === undefined ? missing : old(<SchematicCell schematic={node.schematic} />)}
      </Cell>
      <Cell number>
        {now(
          node.cpuPercent === undefined ? undefined : (
            <Meter label={t('fleet.col.cpu')} percent={node.cpuPercent} />
          ),
        )}
      </Cell>
      <Cell number>
        {now(node.memory && <Meter label={t('fleet.col.memory')} percent={share(node.memory)} />)}
      </Cell>
      <Cell number>{now(node.disk && <Meter label={t('fleet.col.disk')} percent={share(node.disk)} />)}</Cell>
      <Cell number nowrap optional>
        {now(node.bootTookSeconds === undefined ? undefined : format.stopwatch(node.bootTookSeconds, true))}
      </Cell>
      <Cell number nowrap>
        {now(node.bootedAt === undefined ? undefined : <UpFor since={node.bootedAt} />)}
      </Cell>
      <Cell nowrap>
        <Badges node={node} />
      </Cell>
    </Row>
  )
})

function share({ used, total }: { readonly used: number; readonly total: number }): number {
  return total === 0 ? 0 : (used / total) * 100
}

function UpFor({ since }: { readonly since: string }) {
  const { format } = useText()
  const start = Date.parse(since)
  const rough = useNow(MINUTE_MS)
  // Seconds only show in the first hour.
  const nowMs = useNow(rough - start > 3_600_000 ? MINUTE_MS : 1000)
  return format.duration((nowMs - start) / 1000)
}

function SchematicCell({ schematic }: { readonly schematic: NonNullable<NodeSummary['schematic']> }) {
  const { t } = useText()
  const count = schematic.extensions.length
  return (
    <>
      {schematic.id === undefined ? (
        <span className="faint">{t('fleet.plain-image')}</span>
      ) : (
        <span className="mono">{schematic.id.slice(0, 8)}</span>
      )}
      {count > 0 && <span className="faint"> {t('fleet.extensions', { count })}</span>}
    </>
  )
}

function Badges({ node }: { readonly node: NodeSummary }) {
  const { t, format } = useText()
  const trial = useRuns(selectTrial(node.context, node.address))
  if (node.reach.kind === 'silent') {
    if (node.lastReadAt === undefined) return null
    return (
      <Badge kind="unknown">{t('fleet.badge.last-read', { time: format.minute(node.lastReadAt) })}</Badge>
    )
  }
  return (
    <span className="fleet-badges">
      {node.diagnostics.length > 0 && (
        <Hint text={node.diagnostics.map((one) => one.message).join(' ')}>
          <span>
            <Badge kind="caution">{t('fleet.badge.diagnostics', { count: node.diagnostics.length })}</Badge>
          </span>
        </Hint>
      )}
      {trial !== undefined ? (
        <Badge kind="decide" icon={Hourglass}>
          {t('tree.on-trial')}
        </Badge>
      ) : (
        node.configStaged === true && (
          <Badge kind="plain" icon={HardDriveDownload}>
            {t('fleet.badge.staged')}
          </Badge>
        )
      )}
      {node.etcd?.leader === true && (
        <Badge kind="plain" icon={Crown}>
          {t('fleet.badge.leader')}
        </Badge>
      )}
    </span>
  )
}
