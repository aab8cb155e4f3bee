import { startSimulatedCluster, type SimulatedClusterOptions } from './cluster.ts'
import { serveFactory } from './factory/serve-factory.ts'
import type { Scenarios } from './scenarios.ts'

/** Simulated nodes and their Image Factory. */
export interface DemoNodes extends AsyncDisposable {
  readonly talosconfig: string
  /** `http://127.0.0.1:41234` */
  readonly factoryUrl: string
  /** Its switches for trouble. */
  readonly cluster: Scenarios
}

/** @throws the system's error when no address or port can be had, or a machine's when it does not boot */
export async function startDemoNodes(options: SimulatedClusterOptions): Promise<DemoNodes> {
  const cluster = await startSimulatedCluster(options)
  try {
    const factory = await serveFactory(cluster.registry)
    return {
      talosconfig: cluster.talosconfig(),
      factoryUrl: factory.url,
      cluster,
      async [Symbol.asyncDispose]() {
        await factory[Symbol.asyncDispose]()
        await cluster[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await cluster[Symbol.asyncDispose]()
    throw error
  }
}
