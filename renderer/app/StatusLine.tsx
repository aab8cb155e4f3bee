import type { AppState } from '#contract/app.ts'
import type { Context } from '#contract/contexts.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import { selectNode } from '../ipc/stores/nodes-store.ts'
import { useApp, useNodes } from '../ipc/stores/stores-context.ts'
import { useText, type TextTools } from '../ui/i18n/text.tsx'
import { nodeName } from '../ui/node-state.ts'
import type { Route } from '../ui/route.ts'
import { State } from '../ui/State.tsx'
import type { StateKind } from '../ui/icons.tsx'
import { useNow } from '../ui/use-now.ts'
import { nodeIn } from './use-open-context.ts'

/** How the nodes are reached, how long it takes, how old the newest word is; and what this app is. */
export function StatusLine({
  app,
  route,
  context,
}: {
  readonly app: AppState
  readonly route: Route
  readonly context: Context | undefined
}) {
  const text = useText()
  const { t } = text
  const lost = useApp((state) => state.error)
  return (
    <footer className="status-line">
      {lost !== undefined ? (
        <State kind="decide">{text.said(lost.message)}</State>
      ) : context === undefined ? (
        <span>{t('welcome.supports')}</span>
      ) : (
        <Reached route={route} />
      )}
      <span className="to-end status-keys">{keysWord(app, text)}</span>
      <span>
        {t('app.name')} {app.version}
      </span>
    </footer>
  )
}

function keysWord(app: AppState, { t }: TextTools): string | undefined {
  switch (app.keystore.kind) {
    case 'os':
      return t('status.keys-os')
    case 'passphrase':
      return t('status.keys-passphrase')
    case 'memory':
      return t('status.keys-memory')
    case 'unset':
    case 'locked':
      return undefined
  }
}

function Reached({ route }: { readonly route: Route }) {
  const text = useText()
  const nodes = useNodes((state) => state.nodes)
  const known = useNodes((state) => state.known)
  const node = useNodes(selectNode(nodeIn(route)))
  if (!known) return <State kind="busy">{text.t('state.connecting')}</State>
  const reach = node === undefined ? reachOfAll(nodes, text) : reachOfOne(node, text)
  return (
    <>
      <State kind={reach.kind}>{reach.words}</State>
      {reach.latencyMs !== undefined && (
        <span>
          {text.t('reach.latency', { ms: text.format.number(reach.latencyMs, reach.latencyMs < 10 ? 1 : 0) })}
        </span>
      )}
      <Age />
    </>
  )
}

/** Counts seconds, so it is a component of its own. */
function Age() {
  const { t, format } = useText()
  const nowMs = useNow()
  const at = useNodes((state) => state.lastEventMs)
  if (at === undefined) return null
  return (
    <span className="status-age">{t('reach.last-event', { age: format.duration((nowMs - at) / 1000) })}</span>
  )
}

interface ReachWords {
  readonly kind: StateKind
  readonly words: string
  readonly latencyMs: number | undefined
}

function reachOfOne(node: NodeSummary, { t }: TextTools): ReachWords {
  const name = nodeName(node)
  switch (node.reach.kind) {
    case 'connecting':
      return { kind: 'busy', words: t('state.connecting'), latencyMs: undefined }
    case 'silent':
      return { kind: 'unknown', words: t('reach.node-silent', { node: name }), latencyMs: undefined }
    case 'answering':
      return {
        kind: 'proven',
        words:
          node.reach.via === 'direct'
            ? t('reach.node-direct', { node: name })
            : t('reach.node-via', { node: name, endpoint: node.reach.via }),
        latencyMs: node.reach.latencyMs,
      }
  }
}

function reachOfAll(nodes: readonly NodeSummary[], { t }: TextTools): ReachWords {
  const answering = nodes.flatMap((node) => (node.reach.kind === 'answering' ? [node.reach] : []))
  const through = answering.find((reach) => reach.via !== 'direct')
  if (answering.length === 0) return { kind: 'unknown', words: t('reach.none'), latencyMs: undefined }
  const direct = answering.filter((reach) => reach.via === 'direct').length
  const words =
    direct === 0 && through !== undefined
      ? t('reach.via', { endpoint: through.via })
      : t('reach.direct', { count: direct, all: nodes.length })
  const latencies = answering.flatMap((reach) => reach.latencyMs ?? []).toSorted((a, b) => a - b)
  return {
    kind: answering.length === nodes.length ? 'proven' : 'unknown',
    words,
    latencyMs: latencies[Math.floor(latencies.length / 2)],
  }
}
