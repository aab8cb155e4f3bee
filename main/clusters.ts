import type { ContextName } from '#contract/names.ts'
import type { ClockPort } from './domain/clock-port.ts'
import type { ContextBook } from './domain/contexts/context-book.ts'
import type { Cluster, ClustersPort } from './domain/nodes/clusters-port.ts'
import { createTalosPort } from './talos/grpc-talos-port.ts'

/**
 * Connections per context, opened when first asked for and closed when its key changes or it is forgotten, at the
 * latest by the end of the runs that go over them.
 */
export interface Clusters extends ClustersPort, Disposable {
  /** Told the contexts whose connections were closed. */
  onClosed(listener: (context: ContextName) => void): void
}

interface Deps {
  readonly book: ContextBook
  readonly protosDir: string
  readonly clock: ClockPort
  /** Resolves when no run of the context goes any more. */
  readonly idle: (context: ContextName) => Promise<void>
  /** Address of the running demo's Image Factory. */
  readonly demoFactory: () => string | undefined
}

interface Open {
  readonly cluster: Cluster
  /** The certificate it was opened with; another one means another key. */
  readonly crt: string
  readonly close: () => void
}

export function createClusters({ book, protosDir, clock, idle, demoFactory }: Deps): Clusters {
  const open = new Map<ContextName, Open>()
  /** Let go, but a run still goes over them. */
  const lingering = new Set<Open>()
  const listeners: ((context: ContextName) => void)[] = []

  function close(name: ContextName): void {
    const found = open.get(name)
    if (found === undefined) return
    open.delete(name)
    for (const listener of listeners) listener(name)
    lingering.add(found)
    // Cutting a run off would abort an installer in the middle, and leave a node that nobody watches come back.
    void idle(name).then(() => end(found))
  }

  function end(found: Open): void {
    if (lingering.delete(found)) found.close()
  }

  const stop = book.onChange(() => {
    const now = new Map(book.contexts().map(({ name }) => [name, book.contextOf(name).crt]))
    for (const [name, { crt }] of open) if (now.get(name) !== crt) close(name)
  })

  return {
    async cluster(name) {
      const found = open.get(name)
      if (found !== undefined) return found.cluster
      const context = book.contextOf(name)
      const talos = createTalosPort({ context, protosDir, clock })
      const factoryUrl = context.demo ? demoFactory() : undefined
      const cluster: Cluster = {
        name,
        talos,
        endpoints: context.endpoints,
        nodes: context.nodes,
        certificate: context.certificate,
        demo: context.demo,
        ...(factoryUrl === undefined ? {} : { factoryUrl }),
      }
      open.set(name, { cluster, crt: context.crt, close: () => talos.close() })
      return cluster
    },
    onClosed(listener) {
      listeners.push(listener)
    },
    [Symbol.dispose]() {
      stop()
      for (const name of [...open.keys()]) close(name)
      for (const found of [...lingering]) end(found)
    },
  }
}
