import type { HostPort } from '../domain/host-port.ts'
import type { Handlers } from '../ipc/handlers.ts'

/** The app without its host. Disposing it ends streams, runs' journals and the demo. */
export interface MadeApp extends AsyncDisposable {
  readonly handlers: Handlers
  /** Resolves when no run goes any more: a node in the middle of one needs the app, whether or not anyone looks. */
  idle(): Promise<void>
  /** Runs that go now. */
  going(): number
}

/** Made in the composition root. */
export type CreateApp = (host: HostPort) => Promise<MadeApp>
