import type { NodeSummary, NodesItem } from '#contract/nodes.ts'
import { NodeAddress, type ContextName, type NodeRef, type RunId } from '#contract/names.ts'
import type { Run, RunsItem } from '#contract/runs.ts'
import type { SimulatedCluster } from '../../main/simulator/cluster.ts'
import { startApp, type AppOptions, type AppUnderTest } from './app-host.ts'
import type { AppWindow, OpenStream } from './app-window.ts'

/** Bytes as the page sends a dropped file. */
export function dropped(bytes: Uint8Array | string, name = 'talosconfig') {
  return { source: { kind: 'bytes' as const, name, base64: Buffer.from(bytes).toString('base64') } }
}

/** Drops a talosconfig and imports all of it; the context that is current then. */
export async function importTalosconfig(window: AppWindow, text: string): Promise<ContextName> {
  const { preview } = await window.call('talosconfigs.preview', dropped(text))
  if (preview === undefined) throw new Error('no preview')
  const choices = preview.contexts.map(({ name }) => ({ name, action: 'add' as const }))
  const { current } = await window.call('talosconfigs.import', { previewId: preview.previewId, choices })
  if (current === undefined) throw new Error('nothing was imported')
  return current
}

/** What the keys of an app are sealed with where a test asks for that. */
export const PASSPHRASE = 'correcto caballo pila grapa'

/** An app with one window that has imported a talosconfig; without a passphrase it keeps keys in memory only. */
export async function startAppWith(
  talosconfig: string,
  { passphrase, ...options }: AppOptions & { readonly passphrase?: string } = {},
): Promise<{ readonly app: AppUnderTest; readonly window: AppWindow; readonly context: ContextName }> {
  const app = await startApp(passphrase === undefined ? options : { ...options, keystore: 'chosen' })
  const window = app.window()
  if (passphrase !== undefined) await window.call('app.choose-keystore', { kind: 'passphrase', passphrase })
  return { app, window, context: await importTalosconfig(window, talosconfig) }
}

/** Input of the plan for one node. */
export function planOf({ context, node }: NodeRef, version: string) {
  return { context, nodes: [node], version }
}

export function refOf(cluster: SimulatedCluster, context: ContextName, hostname: string): NodeRef {
  return { context, node: NodeAddress.parse(cluster.node(hostname).spec.address) }
}

/** The fleet as a list of what came leaves it, by address. */
export function fleetOf(items: readonly NodesItem[]): ReadonlyMap<string, NodeSummary> {
  const fleet = new Map<string, NodeSummary>()
  for (const item of items) {
    if (item.kind === 'node') fleet.set(item.node.address, item.node)
    else fleet.delete(item.address)
  }
  return fleet
}

/** Waits until the node's row is as `is` says. */
export function untilNode(
  fleet: OpenStream<NodesItem>,
  { node }: { readonly node: string },
  is: (node: NodeSummary) => boolean,
): Promise<NodeSummary> {
  return fleet.until((items) => {
    const found = fleetOf(items).get(node)
    return found !== undefined && is(found) ? found : undefined
  })
}

export function isReady(node: NodeSummary): boolean {
  return node.reach.kind === 'answering' && node.stage?.name === 'running' && node.stage.ready
}

/** Waits until the task log shows that run as `is` says. */
export async function untilRun(window: AppWindow, id: RunId, is: (run: Run) => boolean): Promise<Run> {
  const log = window.open('runs.watch', { limit: 1000 })
  try {
    return await log.until((items: readonly RunsItem[]) => {
      const last = items.findLast((item) => item.kind === 'run' && item.run.id === id)
      return last?.kind === 'run' && is(last.run) ? last.run : undefined
    })
  } finally {
    log.close()
  }
}

export function untilEnded(window: AppWindow, id: RunId): Promise<Run> {
  return untilRun(window, id, (run) => run.endedAt !== undefined)
}

/** Each row of a verdict as `fact outcome`, for reading in a failed test. */
export function rowsOf(run: Run): readonly string[] {
  return run.verdict.map(({ fact, outcome, found, note }) =>
    outcome === 'proven' ? `${fact} proven` : `${fact} ${outcome}: ${found ?? note ?? '?'}`,
  )
}
