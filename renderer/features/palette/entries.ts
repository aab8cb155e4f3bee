import {
  ArrowUpToLine,
  FlaskConical,
  Languages,
  ListTree,
  LogOut,
  Moon,
  NotebookText,
  Plus,
  ScrollText,
  Server,
  Settings,
  SquareTerminal,
  Stethoscope,
  Sun,
  SunMoon,
  TextSearch,
} from 'lucide-react'
import type { Settings as AppSettings } from '#contract/app.ts'
import type { Context } from '#contract/contexts.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import type { Run } from '#contract/runs.ts'
import { useTalosClient } from '../../ipc/client-context.ts'
import { useApp, useContexts, useNodes, useRuns, useStores } from '../../ipc/stores/stores-context.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import type { LucideIcon, StateKind } from '../../ui/icons.tsx'
import { nodeName, nodeState } from '../../ui/node-state.ts'
import { navigate, useRoute, type NodeTab, type Route } from '../../ui/route.ts'
import { runTitle, runVerdict } from '../../ui/run-words.ts'

export interface PaletteEntry {
  readonly id: string
  readonly title: string
  readonly more?: string
  readonly remark?: string
  readonly icon: LucideIcon | undefined
  readonly kind: StateKind
  readonly run: () => void
}

export interface PaletteGroup {
  readonly id: string
  readonly heading: string
  readonly entries: readonly PaletteEntry[]
}

export interface PaletteQuery {
  /** Lower case; every one has to be in an entry. */
  readonly words: readonly string[]
  readonly only: 'commands' | 'nodes' | undefined
}

/** `>` and `@` in front narrow it down. */
export function splitQuery(line: string): PaletteQuery {
  const only = line.startsWith('>') ? 'commands' : line.startsWith('@') ? 'nodes' : undefined
  const rest = only === undefined ? line : line.slice(1)
  return { words: rest.toLowerCase().split(/\s+/).filter(Boolean), only }
}

/** The title in parts, so that what was typed can be underlined. */
export function matchWords(
  title: string,
  words: readonly string[],
): readonly { readonly text: string; readonly matched: boolean }[] {
  if (words.length === 0) return [{ text: title, matched: false }]
  const pattern = new RegExp(`(${words.map(escapePattern).join('|')})`, 'gi')
  return title
    .split(pattern)
    .map((text, at) => ({ text, matched: at % 2 === 1 }))
    .filter((part) => part.text !== '')
}

function escapePattern(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

const MOST_PER_GROUP = 12
const EARLIER = 5

/** Everything that fits the query, in groups; empty groups are left out. */
export function usePaletteEntries(
  context: Context | undefined,
  query: PaletteQuery,
): readonly PaletteGroup[] {
  const text = useText()
  const { t } = text
  const route = useRoute()
  const nodes = useNodes((state) => state.nodes)
  const runs = useRuns((state) => state.runs)
  const contexts = useContexts((state) => state.contexts)
  const commands = useCommands(context)
  const here = nodes.find((node) => 'node' in route && node.address === route.node)
  // Before anything is typed, only the node on screen offers its actions; else the list would be endless.
  const acted = query.words.length > 0 ? nodes : here === undefined ? [] : [here]
  const groups: readonly PaletteGroup[] = [
    ...(query.only === 'nodes'
      ? []
      : acted.map((node) => ({
          id: `on ${node.address}`,
          heading: t('palette.on', { node: nodeName(node) }),
          entries: nodeActions(node, text),
        }))),
    {
      id: 'go',
      heading: t('palette.go'),
      entries:
        query.only === 'commands'
          ? []
          : [
              ...nodes.map((node) => nodeEntry(node, text)),
              ...(query.only === 'nodes'
                ? []
                : contexts.flatMap((one) => [contextEntry(one, text), kubernetesEntry(one, text)])),
            ],
    },
    { id: 'commands', heading: t('palette.commands'), entries: query.only === 'nodes' ? [] : commands },
    {
      id: 'earlier',
      heading: t('palette.earlier'),
      entries: query.only === undefined ? runs.map((run) => runEntry(run, text)) : [],
    },
  ]
  return groups
    .map((group) => ({
      ...group,
      entries: group.entries
        .filter((entry) => fits(entry, query.words))
        .slice(0, group.id === 'earlier' ? EARLIER : MOST_PER_GROUP),
    }))
    .filter((group) => group.entries.length > 0)
}

function fits(entry: PaletteEntry, words: readonly string[]): boolean {
  const line = `${entry.title} ${entry.more ?? ''} ${entry.remark ?? ''}`.toLowerCase()
  return words.every((word) => line.includes(word))
}

function go(route: Route): () => void {
  return () => {
    navigate(route)
  }
}

function nodeActions(node: NodeSummary, { t }: TextTools): readonly PaletteEntry[] {
  const name = nodeName(node)
  const tab = (to: NodeTab, title: string, icon: LucideIcon): PaletteEntry => ({
    id: `${to} ${node.address}`,
    title,
    icon,
    kind: 'plain',
    run: go({ at: 'node', context: node.context, node: node.address, tab: to }),
  })
  return [
    tab('overview', t('palette.overview', { node: name }), Server),
    tab('configuration', t('palette.configuration', { node: name }), NotebookText),
    tab('services', t('palette.services', { node: name }), ListTree),
    tab('logs', t('palette.logs', { node: name }), TextSearch),
    tab('kernel-log', t('palette.kernel', { node: name }), SquareTerminal),
    {
      id: `upgrade ${node.address}`,
      title: t('palette.upgrade', { node: name }),
      remark: t('palette.opens-plan'),
      icon: ArrowUpToLine,
      kind: 'plain',
      run: go({ at: 'upgrade', context: node.context, node: node.address }),
    },
  ]
}

function nodeEntry(node: NodeSummary, text: TextTools): PaletteEntry {
  const state = nodeState(node, text)
  return {
    id: `node ${node.address}`,
    title: nodeName(node),
    more: `${node.address}, ${state.long}`,
    remark: node.context,
    icon: state.icon,
    kind: state.kind,
    run: go({ at: 'node', context: node.context, node: node.address, tab: 'overview' }),
  }
}

function contextEntry(context: Context, { t }: TextTools): PaletteEntry {
  return {
    id: `context ${context.name}`,
    title: t('palette.fleet', { context: context.name }),
    ...(context.demo ? { remark: t('demo.mark') } : {}),
    icon: ListTree,
    kind: 'plain',
    run: go({ at: 'fleet', context: context.name }),
  }
}

function kubernetesEntry(context: Context, { t }: TextTools): PaletteEntry {
  return {
    id: `kubernetes ${context.name}`,
    title: t('kubernetes.title.choose', { context: context.name }),
    remark: t('palette.opens-plan'),
    icon: ArrowUpToLine,
    kind: 'plain',
    run: go({ at: 'kubernetes', context: context.name }),
  }
}

function runEntry(run: Run, text: TextTools): PaletteEntry {
  const verdict = runVerdict(run, text, 0)
  return {
    id: `run ${run.id}`,
    title: `${runTitle(run, text)}, ${run.hostname}`,
    ...(run.outcome === undefined ? {} : { more: verdict.words }),
    remark: text.format.dateTime(run.startedAt),
    icon: undefined,
    kind: verdict.kind,
    run: go({ at: 'run', id: run.id }),
  }
}

function useCommands(context: Context | undefined): readonly PaletteEntry[] {
  const { t } = useText()
  const stores = useStores()
  const client = useTalosClient()
  const demoRunning = useApp((state) => state.app?.demoRunning === true)
  const save = (settings: Partial<AppSettings>) => () => {
    void stores.app.saveSettings(settings)
  }
  const command = (id: string, title: string, icon: LucideIcon, run: () => void): PaletteEntry => ({
    id: `command ${id}`,
    title,
    icon,
    kind: 'plain',
    run,
  })
  return [
    command('import', t('palette.import'), Plus, go({ at: 'import' })),
    ...(demoRunning
      ? []
      : [
          command('demo', t('palette.demo'), FlaskConical, () => {
            void client.call('demo.start', {}).then((started) => {
              if (started.ok) navigate({ at: 'fleet', context: started.value.context })
            })
          }),
        ]),
    ...(context?.demo === true
      ? [
          command('demo-stop', t('palette.demo-stop'), LogOut, () => {
            void client.call('demo.stop', {}).then(() => {
              navigate({ at: 'welcome' })
            })
          }),
        ]
      : []),
    command('tasks', t('runs.all'), ScrollText, go({ at: 'tasks' })),
    command('diagnostics', t('tree.diagnostics'), Stethoscope, go({ at: 'diagnostics' })),
    command('settings', t('tree.settings'), Settings, go({ at: 'settings' })),
    command('dark', t('palette.theme-dark'), Moon, save({ theme: 'dark' })),
    command('light', t('palette.theme-light'), Sun, save({ theme: 'light' })),
    command('system', t('palette.theme-system'), SunMoon, save({ theme: 'system' })),
    command('en', t('palette.language-en'), Languages, save({ language: 'en' })),
    command('es', t('palette.language-es'), Languages, save({ language: 'es' })),
  ]
}
