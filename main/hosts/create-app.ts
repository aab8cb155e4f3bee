import type { HostPort } from '../domain/host-port.ts'
import type { Handlers } from '../ipc/handlers.ts'

/** The app without its host, made in the composition root. Disposing it ends streams, runs' journals and the demo. */
export type CreateApp = (host: HostPort) => Promise<{ readonly handlers: Handlers } & AsyncDisposable>
