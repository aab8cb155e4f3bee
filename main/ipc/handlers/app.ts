import type { AppState, SelfTestReport, Settings } from '#contract/app.ts'
import type { ContextBook } from '../../domain/contexts/context-book.ts'
import type { HostPort } from '../../domain/host-port.ts'
import { createPulse } from '../../domain/latest-queue.ts'
import { Secret } from '../../domain/secret.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import type { Handlers } from '../handlers.ts'

type AppHandlers = Pick<
  Handlers,
  'app.watch' | 'app.save-settings' | 'app.self-test' | 'app.choose-keystore' | 'app.unlock' | 'app.open-link'
>

export interface SettingsPort {
  current(): Settings
  save(change: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings>
}

interface Deps {
  readonly host: HostPort
  readonly settings: SettingsPort
  readonly book: ContextBook
  readonly selfTest: () => Promise<SelfTestReport>
}

/** The app itself: what it runs in, how it is set, where keys rest. */
export function createAppHandlers({ host, settings, book, selfTest }: Deps): AppHandlers {
  const changes = new Set<() => void>()

  function changed(): void {
    for (const change of changes) change()
  }
  book.onChange(changed)
  host.keystore.onChange(changed)

  function state(): AppState {
    return {
      version: host.version,
      host: host.kind,
      platform: host.platform,
      user: host.user,
      locale: host.locale,
      keystore: host.keystore.state(),
      settings: settings.current(),
      demoRunning: book.contexts().some(({ demo }) => demo),
      nativeDialogs: host.nativeDialogs,
    }
  }

  return {
    'app.watch': async function* (_input, signal) {
      const pulse = createPulse()
      const change = (): void => pulse.set()
      const end = (): void => pulse.end()
      changes.add(change)
      signal.addEventListener('abort', end, { once: true })
      try {
        yield { kind: 'snapshot', item: state() }
        yield { kind: 'ready' }
        while (await pulse.changed()) yield { kind: 'change', item: state() }
      } finally {
        changes.delete(change)
        signal.removeEventListener('abort', end)
      }
    },

    'app.save-settings': async (change) => {
      const saved = await settings.save(change)
      changed()
      return saved
    },

    'app.self-test': async () => selfTest(),

    'app.choose-keystore': async (choice) => {
      const { choose } = host.keystore
      if (choose === undefined)
        throw new TalosFailure('refused', 'The system keeps the keys here; there is nothing to choose.')
      return choose(
        choice.kind === 'memory' ? choice : { kind: 'passphrase', passphrase: new Secret(choice.passphrase) },
      )
    },

    'app.unlock': async ({ passphrase }) => {
      const { unlock } = host.keystore
      if (unlock === undefined)
        throw new TalosFailure('refused', 'The system keeps the keys here; there is nothing to unlock.')
      const now = await unlock(new Secret(passphrase))
      await book.load()
      return now
    },

    'app.open-link': async ({ url }) => {
      await host.openLink(url)
      return {}
    },
  }
}
