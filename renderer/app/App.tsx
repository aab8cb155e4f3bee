import { useEffect, useState } from 'react'
import type { AppState } from '#contract/app.ts'
import { Palette } from '../features/palette/Palette.tsx'
import { TaskLog } from '../features/tasks/TaskLog.tsx'
import { DropTarget } from '../features/welcome/DropTarget.tsx'
import { UnlockPage } from '../features/welcome/UnlockPage.tsx'
import { useTalosClient } from '../ipc/client-context.ts'
import { selectNode } from '../ipc/stores/nodes-store.ts'
import { useApp, useContexts, useNodes, useStores } from '../ipc/stores/stores-context.ts'
import { useText } from '../ui/i18n/text.tsx'
import { nodeName } from '../ui/node-state.ts'
import { hrefOf, navigate, useRoute } from '../ui/route.ts'
import { useMedia } from '../ui/use-media.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { goneFor, GonePage, StartingPage } from './GonePage.tsx'
import { Pages } from './Pages.tsx'
import { Places } from './Places.tsx'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { StatusLine } from './StatusLine.tsx'
import { TitleBar } from './TitleBar.tsx'
import { Tree } from './Tree.tsx'
import { useToldOutside } from './use-told-outside.ts'
import { nodeIn, useOpenContext } from './use-open-context.ts'
import './frame.css'

/** The window: asks for what is missing first (the other side, the passphrase), then the frame. */
export function App() {
  const app = useApp((state) => state.app)
  const error = useApp((state) => state.error)
  const known = useContexts((state) => state.known)
  const locked = app?.keystore.kind === 'locked'
  const gone = goneFor(error)
  if (gone !== undefined) return <GonePage why={gone} error={error} />
  if (app === undefined || !(known || locked)) return <StartingPage error={error} />
  return <Frame app={app} />
}

function Frame({ app }: { readonly app: AppState }) {
  const { t } = useText()
  const route = useRoute()
  const stores = useStores()
  const client = useTalosClient()
  const context = useOpenContext(route)
  const contexts = useContexts((state) => state.contexts)
  const [paletteOpen, setPaletteOpen] = useState(false)
  const [sheetOpen, setSheetOpen] = useState(false)
  const [drawerAt, setDrawerAt] = useState<string>()
  const tight = useMedia('(max-width: 1180px)')
  const narrow = useMedia('(max-width: 860px)')
  const place = hrefOf(route)

  const name = context?.name
  useEffect(() => (name === undefined ? undefined : stores.nodes.follow(name)), [stores, name])

  // The last cluster that was looked at is the one the next start opens.
  const current = context?.current
  useEffect(() => {
    if (name !== undefined && current === false) void client.call('contexts.select', { context: name })
  }, [client, name, current])

  // The bare address is home: the open cluster, or the welcome page while there is none.
  const goHome = route.at === 'welcome' && name !== undefined
  useEffect(() => {
    if (goHome) navigate({ at: 'fleet', context: name }, 'replace')
  }, [goHome, name])

  const address = nodeIn(route)
  const summary = useNodes(selectNode(address))
  const node = summary === undefined ? address : nodeName(summary)
  const progress = useToldOutside(app.host)
  useEffect(() => {
    document.title = [progress, node, name, t('app.name')].filter((part) => part !== undefined).join(' · ')
  }, [progress, node, name, t])

  const { tree, taskLog } = app.settings
  const folded = tree === 'folded' || (tree === 'auto' && tight)
  const withTree = contexts.length > 0
  // A step elsewhere closes the drawer.
  const drawerOpen = narrow && drawerAt === place
  const locked = app.keystore.kind === 'locked' && context?.demo !== true
  const behindLock = locked && route.at !== 'settings' && route.at !== 'diagnostics'

  return (
    <DropTarget>
      <div
        className={`frame${withTree ? '' : ' frame-wide'}${folded && !narrow ? ' frame-folded' : ''}`}
        style={context === undefined ? undefined : { ['--spine' as string]: `var(--spine-${context.spine})` }}
      >
        <TitleBar
          route={route}
          context={context}
          onSearch={() => {
            setPaletteOpen(true)
          }}
          onSheet={() => {
            setSheetOpen(true)
          }}
          onDrawer={
            withTree && narrow
              ? () => {
                  setDrawerAt(drawerOpen ? undefined : place)
                }
              : undefined
          }
          drawerOpen={drawerOpen}
        />
        {withTree && (!narrow || drawerOpen) && (
          <Tree
            route={route}
            context={context}
            folded={folded && !narrow}
            onFold={
              narrow
                ? undefined
                : () => {
                    void stores.app.saveSettings({ tree: folded ? 'open' : 'folded' })
                  }
            }
          />
        )}
        <main className="work" id="content" tabIndex={-1} data-pane>
          <ErrorBoundary place={place}>
            {behindLock ? <UnlockPage /> : <Pages route={route} context={context} />}
          </ErrorBoundary>
        </main>
        <div className="frame-foot">
          {withTree && (
            <TaskLog
              open={taskLog === 'open'}
              onToggle={() => {
                void stores.app.saveSettings({ taskLog: taskLog === 'open' ? 'folded' : 'open' })
              }}
            />
          )}
          <StatusLine app={app} route={route} context={context} />
        </div>
      </div>
      <Places
        route={route}
        context={context}
        onSearch={() => {
          setPaletteOpen(true)
        }}
        onSheet={() => {
          setSheetOpen(true)
        }}
        onTasks={() => {
          void stores.app.saveSettings({ taskLog: taskLog === 'open' ? 'folded' : 'open' })
        }}
      />
      <Palette
        open={paletteOpen}
        context={context}
        onClose={() => {
          setPaletteOpen(false)
        }}
      />
      <ShortcutSheet
        open={sheetOpen}
        onClose={() => {
          setSheetOpen(false)
        }}
      />
    </DropTarget>
  )
}
