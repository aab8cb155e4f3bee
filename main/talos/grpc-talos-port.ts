import type { ClockPort } from '../domain/clock-port.ts'
import type { TalosPort } from '../domain/nodes/talos-port.ts'
import type { ParsedContext } from '../domain/talosconfig/parsed-talosconfig.ts'
import { createCaller } from './call.ts'
import { createCosi } from './cosi.ts'
import { createEtcd } from './etcd.ts'
import { createKubeconfigAccess } from './kubeconfig.ts'
import { createLifecycle } from './lifecycle.ts'
import { loadProtos } from './load-protos.ts'
import { createConfigAccess } from './machine-config.ts'
import { createReading } from './reading.ts'
import { createRouter } from './route-node.ts'
import { createClientContext } from './secure-context.ts'
import { systemClock } from './system-clock.ts'

export interface TalosPortOptions {
  readonly context: ParsedContext
  /** Folder of our `.proto` files. */
  readonly protosDir: string
  readonly clock?: ClockPort
  /** Port of nodes that are no endpoint with a port of its own; 50000 everywhere but in tests. */
  readonly port?: number
  readonly connectTimeoutMs?: number
}

/** The nodes of one context over gRPC. Opens no connection before the first call; `close` ends them all. */
export function createTalosPort(options: TalosPortOptions): TalosPort & { close(): void } {
  const { context, clock = systemClock } = options
  const protos = loadProtos(options.protosDir)
  const secure = createClientContext(context)
  const { roles } = context.certificate
  const ping = protos.machine.Version
  const routing = {
    context,
    secure,
    clock,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: options.connectTimeoutMs }),
  }
  const router = createRouter(routing)
  const caller = createCaller({ router, clock, roles, ping })
  const cosi = createCosi(caller, protos, clock)
  return {
    ...createReading(caller, protos, cosi),
    ...createConfigAccess(caller, protos, cosi),
    ...createLifecycle(caller, protos),
    ...createEtcd(caller, protos),
    ...createKubeconfigAccess(caller, protos),
    async probeFresh(node, signal) {
      const fresh = createRouter(routing)
      try {
        const started = performance.now()
        await createCaller({ router: fresh, clock, roles, ping }).unary(node, ping, {}, { signal })
        return { latencyMs: performance.now() - started }
      } finally {
        fresh.close()
      }
    },
    route: (node) => router.route(node),
    close() {
      caller.close()
      router.close()
    },
  }
}
