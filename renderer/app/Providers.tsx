import { useEffect, useMemo, useState, type ReactNode } from 'react'
import type { AppState } from '#contract/app.ts'
import { languageOf, type Language } from '#contract/languages.ts'
import { TalosClientContext } from '../ipc/client-context.ts'
import { createStores, StoresContext, useApp, type Stores } from '../ipc/stores/stores-context.ts'
import type { TalosClient } from '../ipc/talos-client.ts'
import { Announcer } from '../ui/announcer.tsx'
import { HintProvider } from '../ui/Hint.tsx'
import { TextProvider } from '../ui/i18n/text.tsx'
import { RemedyContext, type RemedyActions } from '../ui/remedies.tsx'
import { navigate } from '../ui/route.ts'
import { Shortcuts } from '../ui/shortcuts.tsx'
import { useMedia } from '../ui/use-media.ts'
import { createImportStore } from '../features/welcome/import-store.ts'
import { ImportContext } from '../features/welcome/import-context.ts'

/** Remedies that make sense on any screen. */
const REMEDIES: RemedyActions = {
  'import-talosconfig': () => {
    navigate({ at: 'import' })
  },
  'renew-certificate': () => {
    navigate({ at: 'import' })
  },
  'open-log': () => {
    navigate({ at: 'diagnostics' })
  },
  unlock: () => {
    navigate({ at: 'welcome' })
  },
}

/** Everything that the screens find through React context. */
export function Providers({
  client,
  children,
}: {
  readonly client: TalosClient
  readonly children: ReactNode
}) {
  const [stores] = useState(() => createStores(client))
  const [imports] = useState(() => createImportStore(client))
  useWatches(stores)
  return (
    <TalosClientContext value={client}>
      <StoresContext value={stores}>
        <ImportContext value={imports}>
          <Settled>{children}</Settled>
        </ImportContext>
      </StoresContext>
    </TalosClientContext>
  )
}

function useWatches(stores: Stores): void {
  useEffect(() => {
    const closes = [stores.app.start(), stores.contexts.start(), stores.runs.start()]
    return () => {
      for (const close of closes) close()
    }
  }, [stores])
}

/** Language and theme, as set or as the system has them. */
function Settled({ children }: { readonly children: ReactNode }) {
  const app = useApp((state) => state.app)
  const systemIsDark = useMedia('(prefers-color-scheme: dark)')
  const language = useMemo(() => languageFor(app), [app])
  const wanted = app?.settings.theme ?? 'system'
  const theme = wanted === 'system' ? (systemIsDark ? 'dark' : 'light') : wanted
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return (
    <TextProvider language={language}>
      <HintProvider>
        <Announcer>
          <Shortcuts>
            <RemedyContext value={REMEDIES}>{children}</RemedyContext>
          </Shortcuts>
        </Announcer>
      </HintProvider>
    </TextProvider>
  )
}

function languageFor(app: AppState | undefined): Language {
  // In the browser host the process may run under another locale than the person's browser.
  const system = app?.host === 'electron' ? app.locale : navigator.language
  return languageOf(app?.settings.language ?? 'system', system)
}
