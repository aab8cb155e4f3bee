import type { Context } from '#contract/contexts.ts'
import { useNodes } from '../ipc/stores/stores-context.ts'
import { useText } from '../ui/i18n/text.tsx'
import { navigate, type NodeTab, type Route } from '../ui/route.ts'
import { useShortcut } from '../ui/shortcuts.tsx'
import { nodeIn } from './use-open-context.ts'

/** The keys that work on every screen. Draws nothing. */
export function Places({
  route,
  context,
  onSearch,
  onSheet,
  onTasks,
}: {
  readonly route: Route
  readonly context: Context | undefined
  readonly onSearch: () => void
  readonly onSheet: () => void
  readonly onTasks: () => void
}) {
  const { t } = useText()
  const nodes = useNodes((state) => state.nodes)
  const everywhere = t('keys.group.everywhere')
  const go = t('keys.group.go')
  const name = context?.name
  const node = nodeIn(route)

  const toTab = (tab: NodeTab) =>
    name === undefined || node === undefined
      ? undefined
      : () => {
          navigate({ at: 'node', context: name, node, tab })
        }
  const toNeighbour = (step: 1 | -1) =>
    name === undefined || node === undefined || nodes.length < 2
      ? undefined
      : () => {
          const at = nodes.findIndex((one) => one.address === node)
          const next = nodes.at((at + step + nodes.length) % nodes.length)
          const tab = route.at === 'node' ? route.tab : 'overview'
          if (next !== undefined) navigate({ at: 'node', context: name, node: next.address, tab })
        }

  useShortcut('mod+k', t('keys.palette'), everywhere, onSearch)
  useShortcut('?', t('keys.sheet'), everywhere, onSheet)
  useShortcut('mod+`', t('keys.tasks'), everywhere, onTasks)
  useShortcut('f6', t('keys.pane'), everywhere, () => {
    focusPane(1)
  })
  useShortcut('shift+f6', t('keys.pane-back'), everywhere, () => {
    focusPane(-1)
  })
  useShortcut('[', t('keys.previous'), go, toNeighbour(-1))
  useShortcut(']', t('keys.next'), go, toNeighbour(1))
  useShortcut(
    'g f',
    t('keys.fleet'),
    go,
    name === undefined
      ? undefined
      : () => {
          navigate({ at: 'fleet', context: name })
        },
  )
  useShortcut('g o', t('keys.overview'), go, toTab('overview'))
  useShortcut('g c', t('keys.configuration'), go, toTab('configuration'))
  useShortcut('g s', t('keys.services'), go, toTab('services'))
  useShortcut('g l', t('keys.logs'), go, toTab('logs'))
  useShortcut('g k', t('keys.kernel'), go, toTab('kernel-log'))
  useShortcut(
    'g u',
    t('keys.upgrade'),
    go,
    name === undefined || node === undefined
      ? undefined
      : () => {
          navigate({ at: 'upgrade', context: name, node })
        },
  )
  useShortcut('g i', t('keys.import'), go, () => {
    navigate({ at: 'import' })
  })
  useShortcut('g t', t('runs.all'), go, () => {
    navigate({ at: 'tasks' })
  })
  return null
}

/** Bar, tree, content, tasks: to the first thing in the next pane that takes focus, else to the pane. */
function focusPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')]
  if (panes.length === 0) return
  const here = panes.findIndex((pane) => pane.contains(document.activeElement))
  const start = here === -1 && step === -1 ? 0 : here
  const pane = panes.at((start + step + panes.length) % panes.length)
  const first = pane?.querySelector<HTMLElement>('a[href], button, input, [tabindex="0"]')
  ;(first ?? pane)?.focus()
}
