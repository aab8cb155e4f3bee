import {
  Activity,
  ChevronDown,
  ChevronRight,
  HardDriveDownload,
  Hourglass,
  PanelLeft,
  Plus,
  Settings,
} from 'lucide-react'
import { memo } from 'react'
import type { Context } from '#contract/contexts.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import { isControlPlane, isReady } from '../ipc/stores/nodes-store.ts'
import { awayAs, selectPutAway, selectTrial } from '../ipc/stores/runs-store.ts'
import { useContexts, useNodes, useRuns } from '../ipc/stores/stores-context.ts'
import { useText, type TextTools } from '../ui/i18n/text.tsx'
import { Icon, stateIcons, type LucideIcon } from '../ui/icons.tsx'
import { nodeName, nodeState, type NodeState } from '../ui/node-state.ts'
import { hrefOf, type Route } from '../ui/route.ts'
import { nodeIn } from './use-open-context.ts'
import './tree.css'

/** Clusters and their machines. Folded: icon over name. `onFold` absent: it cannot be folded here. */
export function Tree({
  route,
  context,
  folded,
  onFold,
}: {
  readonly route: Route
  readonly context: Context | undefined
  readonly folded: boolean
  readonly onFold: (() => void) | undefined
}) {
  const { t } = useText()
  const contexts = useContexts((state) => state.contexts)
  return (
    <nav className={folded ? 'tree tree-folded' : 'tree'} aria-label={t('tree.label')} data-pane>
      {contexts.map((one) => (
        <Cluster key={one.name} cluster={one} open={one.name === context?.name} route={route} />
      ))}
      <div className="tree-end">
        <EndLink
          icon={Plus}
          href={hrefOf({ at: 'import' })}
          word={t('tree.import')}
          current={route.at === 'import'}
        />
        <EndLink
          icon={Activity}
          href={hrefOf({ at: 'diagnostics' })}
          word={t('tree.diagnostics')}
          current={route.at === 'diagnostics'}
        />
        <EndLink
          icon={Settings}
          href={hrefOf({ at: 'settings' })}
          word={t('tree.settings')}
          current={route.at === 'settings'}
        />
        {onFold !== undefined && (
          <button type="button" className="tree-link" onClick={onFold} aria-expanded={!folded}>
            <Icon of={PanelLeft} />
            <span className="tree-word">{folded ? t('tree.unfold') : t('tree.fold')}</span>
          </button>
        )}
      </div>
    </nav>
  )
}

function EndLink({
  icon,
  href,
  word,
  current,
}: {
  readonly icon: LucideIcon
  readonly href: string
  readonly word: string
  readonly current: boolean
}) {
  return (
    <a className="tree-link" href={href} title={word} aria-current={current ? 'page' : undefined}>
      <Icon of={icon} />
      <span className="tree-word">{word}</span>
    </a>
  )
}

function Cluster({
  cluster,
  open,
  route,
}: {
  readonly cluster: Context
  readonly open: boolean
  readonly route: Route
}) {
  const { t } = useText()
  const all = useNodes((state) => state.nodes)
  const followed = useNodes((state) => state.context)
  const known = useNodes((state) => state.known)
  const nodes = open && followed === cluster.name ? all : []
  const groups = [
    { label: t('tree.controlplane'), nodes: nodes.filter(isControlPlane) },
    { label: t('tree.workers'), nodes: nodes.filter((node) => node.role === 'worker') },
    { label: t('tree.other'), nodes: nodes.filter((node) => node.role === 'unknown') },
  ].filter((group) => group.nodes.length > 0)
  const here = route.at === 'fleet' && route.context === cluster.name
  return (
    <div className="tree-part">
      <a
        className="tree-cluster"
        href={hrefOf({ at: 'fleet', context: cluster.name })}
        aria-current={here ? 'page' : undefined}
        style={{ ['--spine' as string]: `var(--spine-${cluster.spine})` }}
      >
        <Icon of={open ? ChevronDown : ChevronRight} size={14} />
        <span className="tree-spine" aria-hidden />
        <span className="elided">{cluster.name}</span>
        <small>
          {open
            ? known && t('tree.of', { ready: nodes.filter(isReady).length, all: nodes.length })
            : t('tree.not-connected')}
        </small>
      </a>
      {groups.map((group) => (
        <div key={group.label} role="group" aria-label={group.label} className="tree-group">
          <div className="label tree-group-name" aria-hidden>
            {group.label}
          </div>
          {group.nodes.map((node) => (
            <TreeNode key={node.address} node={node} route={route} />
          ))}
        </div>
      ))}
    </div>
  )
}

const TreeNode = memo(function TreeNode({
  node,
  route,
}: {
  readonly node: NodeSummary
  readonly route: Route
}) {
  const text = useText()
  const onTrial = useRuns(selectTrial(node.context, node.address)) !== undefined
  const off = useRuns(selectPutAway(node.context, node.address))
  const state = withConfig(node, onTrial, nodeState(node, text, awayAs(off)), text)
  const here = nodeIn(route) === node.address
  // Moving along the tree keeps the tab, so that the same thing is seen of each node.
  const tab = route.at === 'node' ? route.tab : 'overview'
  return (
    <a
      className="tree-node"
      href={hrefOf({ at: 'node', context: node.context, node: node.address, tab })}
      aria-current={here ? 'page' : undefined}
      title={`${nodeName(node)}, ${node.address}, ${state.long}`}
    >
      <span className={`state-${state.kind}`}>
        <Icon
          of={state.icon ?? stateIcons[state.kind]}
          turning={state.kind === 'busy' && state.icon === undefined}
        />
      </span>
      <span className="elided">{nodeName(node)}</span>
      <small className={`state-${state.kind}`}>{state.short}</small>
    </a>
  )
})

/** A node that is well but tries a configuration, or holds a staged one, shows that instead of its health. */
function withConfig(node: NodeSummary, onTrial: boolean, state: NodeState, { t }: TextTools): NodeState {
  if (state.kind !== 'proven' || (!onTrial && node.configStaged !== true)) return state
  const short = onTrial ? t('tree.on-trial') : t('tree.staged')
  const long = `${state.long}, ${short}`
  return onTrial
    ? { kind: 'decide', icon: Hourglass, short, long }
    : { kind: 'plain', icon: HardDriveDownload, short, long }
}
