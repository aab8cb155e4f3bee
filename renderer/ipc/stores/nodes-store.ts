import { createStore, type StoreApi } from 'zustand/vanilla'
import type { NodesItem, NodeSummary } from '#contract/nodes.ts'
import type { WireError } from '#contract/wire-error.ts'
import { keepOpen } from '../keep-open.ts'
import type { TalosClient } from '../talos-client.ts'

export interface NodesState {
  /** The context that is followed; its nodes are below. */
  readonly context: string | undefined
  readonly known: boolean
  /** Control planes first, then by name. */
  readonly nodes: readonly NodeSummary[]
  /** Addresses that the person picked in the table of nodes; another context begins without any. */
  readonly selected: ReadonlySet<string>
  readonly error: WireError | undefined
  /** When anything last came, in milliseconds since 1970. */
  readonly lastEventMs: number | undefined
}

export interface NodesStore extends StoreApi<NodesState> {
  /**
   * Follows the nodes of one context until the returned function is called. Of the same context again it keeps what
   * is known; of another it begins empty.
   */
  readonly follow: (context: string) => () => void
  readonly select: (change: (selected: ReadonlySet<string>) => ReadonlySet<string>) => void
}

/** `nowMs` is the clock; a test gives its own. */
export function createNodesStore(client: TalosClient, nowMs: () => number = Date.now): NodesStore {
  const store = createStore<NodesState>(() => empty(undefined))
  return {
    ...store,
    select: (change) => store.setState(({ selected }) => ({ selected: change(selected) })),
    follow(context) {
      if (store.getState().context !== context) store.setState(empty(context))
      return keepOpen(
        client,
        'nodes.watch',
        { context },
        {
          onSnapshot: (items) => {
            store.setState({
              known: true,
              nodes: inOrder(items.reduce(applyNode, [])),
              error: undefined,
              lastEventMs: nowMs(),
            })
          },
          onChanges: (items) => {
            store.setState(({ nodes }) => ({
              nodes: inOrder(items.reduce(applyNode, nodes)),
              lastEventMs: nowMs(),
            }))
          },
          onError: (error) => {
            store.setState(({ nodes }) => ({ error, nodes: nodes.map(unheard) }))
          },
        },
      )
    },
  }
}

function empty(context: string | undefined): NodesState {
  return {
    context,
    known: false,
    nodes: [],
    selected: new Set(),
    error: undefined,
    lastEventMs: undefined,
  }
}

/** Who hears nothing more of a node can say neither that it is ready nor that it went silent. */
function unheard(node: NodeSummary): NodeSummary {
  const copy: NodeSummary = { ...node, reach: { kind: 'connecting' } }
  delete copy.etcd
  delete copy.etcdSilent
  return copy
}

function applyNode(nodes: readonly NodeSummary[], item: NodesItem): readonly NodeSummary[] {
  if (item.kind === 'gone') return nodes.filter((one) => one.address !== item.address)
  const at = nodes.findIndex((one) => one.address === item.node.address)
  return at === -1 ? [...nodes, item.node] : nodes.with(at, item.node)
}

const ROLE_ORDER: Readonly<Record<NodeSummary['role'], number>> = {
  init: 0,
  controlplane: 0,
  worker: 1,
  unknown: 2,
}

function inOrder(nodes: readonly NodeSummary[]): readonly NodeSummary[] {
  return nodes.toSorted(
    (a, b) =>
      ROLE_ORDER[a.role] - ROLE_ORDER[b.role] ||
      (a.hostname ?? a.address).localeCompare(b.hostname ?? b.address, 'en', { numeric: true }),
  )
}

export function selectNode(address: string | undefined) {
  return (state: NodesState): NodeSummary | undefined => state.nodes.find((one) => one.address === address)
}

/** Whether the node's cells may be shown as current. */
export function isAnswering(node: Pick<NodeSummary, 'reach'>): boolean {
  return node.reach.kind === 'answering'
}

const BETWEEN_BOOTS: ReadonlySet<string> = new Set([
  'booting',
  'installing',
  'rebooting',
  'shutting down',
  'resetting',
])

/** It answers, but goes down or comes up: counters and memberships last read may be those of the boot before. */
export function isBetweenBoots(node: Pick<NodeSummary, 'stage'>): boolean {
  return node.stage !== undefined && BETWEEN_BOOTS.has(node.stage.name)
}

export function isControlPlane(node: Pick<NodeSummary, 'role'>): boolean {
  return node.role === 'controlplane' || node.role === 'init'
}

/** Running, ready and answering now. */
export function isReady(node: Pick<NodeSummary, 'reach' | 'stage'>): boolean {
  return isAnswering(node) && node.stage?.name === 'running' && node.stage.ready
}
