import { createCaller } from '../../main/talos/call.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { createRouter } from '../../main/talos/route-node.ts'
import { createClientContext } from '../../main/talos/secure-context.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { contextOf } from './talosconfig-context.ts'
import { type Answers, methodAt, PROTOS_DIR } from './wire-client.ts'

export type OwnClient = ReturnType<typeof createTalosPort>

/** The app's own client with the first context of a talosconfig. */
export function ownClient(talosconfig: string): OwnClient {
  return createTalosPort({ context: contextOf(talosconfig), protosDir: PROTOS_DIR })
}

/**
 * What every answer of that client comes over: its keys, its ways to a node, its deadlines and its failures. For
 * calls that no screen of the app asks for.
 */
export interface OwnCaller {
  ask<Path extends keyof Answers>(
    node: string,
    path: Path,
    request?: object,
    effect?: 'read' | 'write',
  ): Promise<Answers[Path]>
  close(): void
}

export function ownCaller(talosconfig: string): OwnCaller {
  const context = contextOf(talosconfig)
  const router = createRouter({ context, secure: createClientContext(context), clock: systemClock })
  const caller = createCaller({
    router,
    clock: systemClock,
    roles: context.certificate.roles,
    ping: methodAt('/machine.MachineService/Version'),
  })
  const { signal } = new AbortController()
  return {
    ask: (node, path, request = {}, effect = 'read') =>
      caller.unary(node, methodAt(path), request, { signal, effect }),
    close() {
      caller.close()
      router.close()
    },
  }
}
