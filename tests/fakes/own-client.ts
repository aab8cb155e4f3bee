import { parseTalosconfig } from '../../main/domain/talosconfig/parse-talosconfig.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { certificateReader } from '../../main/talos/read-certificate.ts'
import { PROTOS_DIR } from './wire-client.ts'

/** The app's own client with the current context of a talosconfig. */
export function ownClient(talosconfig: string): ReturnType<typeof createTalosPort> {
  const { entries } = parseTalosconfig(new TextEncoder().encode(talosconfig), certificateReader, Date.now())
  const context = entries[0]?.context
  if (!context) throw new Error('the talosconfig has no context')
  return createTalosPort({ context, protosDir: PROTOS_DIR })
}
