import { ChevronDown, ChevronRight, CircleQuestionMark, Menu as MenuIcon, Plus, Search } from 'lucide-react'
import { Fragment } from 'react'
import type { Context } from '#contract/contexts.ts'
import { DemoMark } from '../features/demo/DemoMark.tsx'
import { isActive, isOnTrial } from '../ipc/stores/runs-store.ts'
import { nodeName } from '../ui/node-state.ts'
import { selectNode } from '../ipc/stores/nodes-store.ts'
import { useContexts, useNodes, useRuns } from '../ipc/stores/stores-context.ts'
import { IconButton, Key } from '../ui/Button.tsx'
import { useText, type TextTools } from '../ui/i18n/text.tsx'
import { Icon } from '../ui/icons.tsx'
import { Menu, MenuItem, MenuRule } from '../ui/Menu.tsx'
import { hrefOf, navigate, type Route } from '../ui/route.ts'
import { runSeconds, runTitle } from '../ui/run-words.ts'
import { keyName } from '../ui/key-names.ts'
import { State } from '../ui/State.tsx'
import { useNow } from '../ui/use-now.ts'
import { Brand } from './Brand.tsx'
import { nodeIn } from './use-open-context.ts'

export function TitleBar({
  route,
  context,
  onSearch,
  onSheet,
  onDrawer,
  drawerOpen,
}: {
  readonly route: Route
  readonly context: Context | undefined
  readonly onSearch: () => void
  readonly onSheet: () => void
  /** Given in a narrow window, where the tree is a drawer. */
  readonly onDrawer: (() => void) | undefined
  readonly drawerOpen: boolean
}) {
  const { t } = useText()
  return (
    <header className="title-bar" data-pane>
      <a
        className="skip"
        href={hrefOf(route)}
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('content')?.focus()
        }}
      >
        {t('top.skip')}
      </a>
      {onDrawer !== undefined && (
        <IconButton
          label={t('top.show-tree')}
          icon={MenuIcon}
          aria-expanded={drawerOpen}
          onClick={onDrawer}
        />
      )}
      <Brand />
      <ContextSwitcher context={context} />
      {context?.demo === true && <DemoMark />}
      <Crumbs route={route} context={context} />
      <button type="button" className="search-button" onClick={onSearch}>
        <Icon of={Search} />
        <span className="elided">{t('top.search')}</span>
        <Key>{keyName('mod+k')}</Key>
      </button>
      <Running />
      <IconButton label={t('top.shortcuts')} icon={CircleQuestionMark} onClick={onSheet} />
    </header>
  )
}

function ContextSwitcher({ context }: { readonly context: Context | undefined }) {
  const { t } = useText()
  const contexts = useContexts((state) => state.contexts)
  if (contexts.length === 0) return null
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="context-button"
          aria-label={context === undefined ? t('top.choose') : t('top.context', { name: context.name })}
        >
          <i aria-hidden />
          <span className="elided">{context?.name ?? t('top.choose')}</span>
          <Icon of={ChevronDown} size={14} />
        </button>
      }
    >
      {contexts.map((one) => (
        <MenuItem
          key={one.name}
          onSelect={() => {
            navigate({ at: 'fleet', context: one.name })
          }}
          remark={one.demo ? t('demo.mark') : one.certificate.roles.join(', ')}
        >
          <span className="context-item">
            <i aria-hidden style={{ background: `var(--spine-${one.spine})` }} />
            {one.name}
          </span>
        </MenuItem>
      ))}
      <MenuRule />
      <MenuItem
        icon={Plus}
        onSelect={() => {
          navigate({ at: 'import' })
        }}
      >
        {t('tree.import')}
      </MenuItem>
    </Menu>
  )
}

function Crumbs({ route, context }: { readonly route: Route; readonly context: Context | undefined }) {
  const text = useText()
  const node = useNodes(selectNode(nodeIn(route)))
  const crumbs = crumbsOf(route, context, node === undefined ? nodeIn(route) : nodeName(node), text)
  return (
    <nav className="crumbs" aria-label={text.t('top.where')}>
      {crumbs.map((crumb, at) => (
        <Fragment key={at}>
          {at > 0 && <Icon of={ChevronRight} size={12} />}
          {crumb.href === undefined ? (
            <span aria-current={at === crumbs.length - 1 ? 'page' : undefined}>{crumb.word}</span>
          ) : (
            <a href={crumb.href}>{crumb.word}</a>
          )}
        </Fragment>
      ))}
    </nav>
  )
}

interface Crumb {
  readonly word: string
  readonly href?: string
}

function crumbsOf(
  route: Route,
  context: Context | undefined,
  node: string | undefined,
  { t }: TextTools,
): readonly Crumb[] {
  const fleet: Crumb[] =
    context === undefined
      ? []
      : [{ word: context.name, href: hrefOf({ at: 'fleet', context: context.name }) }]
  switch (route.at) {
    case 'welcome':
      return context === undefined ? [{ word: t('top.no-context') }] : fleet
    case 'import':
      return [{ word: t('tree.import') }]
    case 'fleet':
      return [{ word: t('top.clusters') }, { word: route.context }]
    case 'node':
      return [...fleet, { word: node ?? route.node }]
    case 'compare':
      return [...fleet, { word: t('compare.title') }]
    case 'several':
      return [
        ...fleet,
        {
          word: node ?? route.node,
          href: hrefOf({ at: 'node', context: route.context, node: route.node, tab: 'configuration' }),
        },
        { word: t('several.crumb') },
      ]
    case 'upgrade':
    case 'rollback':
    case 'reboot':
    case 'shutdown':
    case 'reset':
    case 'remove-member':
    case 'uncordon':
      return [
        ...fleet,
        {
          word: node ?? route.node,
          href: hrefOf({ at: 'node', context: route.context, node: route.node, tab: 'overview' }),
        },
        { word: route.at === 'upgrade' ? t('keys.upgrade') : t(`run.kind.${route.at}`) },
      ]
    case 'kubernetes':
    case 'manifests':
      return [...fleet, { word: t(`crumb.${route.at}`) }]
    case 'upgrade-nodes':
      return [...fleet, { word: t('keys.upgrade') }]
    case 'run':
      return [...fleet, { word: t('runs.title'), href: hrefOf({ at: 'tasks' }) }]
    case 'tasks':
      return [{ word: t('runs.title') }]
    case 'diagnostics':
      return [{ word: t('tree.diagnostics') }]
    case 'settings':
      return [{ word: t('tree.settings') }]
  }
}

/** What is going on, wherever the person is; opens its run. */
function Running() {
  const active = useRuns((state) => state.runs.find(isActive))
  const count = useRuns((state) => state.runs.filter(isActive).length)
  const text = useText()
  const nowMs = useNow()
  if (active === undefined) return null
  const deciding = isOnTrial(active)
  // Where the decision is taken; else the run.
  const href = hrefOf(
    deciding
      ? { at: 'node', context: active.context, node: active.node, tab: 'configuration' }
      : { at: 'run', id: active.id },
  )
  return (
    <a className="running" href={href}>
      <State kind={deciding ? 'decide' : 'busy'}>
        {text.t('top.running', {
          what: `${runTitle(active, text)}, ${active.hostname}`,
          time: text.format.stopwatch(runSeconds(active, nowMs)),
          count,
        })}
      </State>
    </a>
  )
}
