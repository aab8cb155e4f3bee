import type { ReactNode } from 'react'
import type { Context } from '#contract/contexts.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import { isReady } from '../../ipc/stores/nodes-store.ts'
import { FactsBand, type BandFact } from '../../ui/Facts.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { nodeState } from '../../ui/node-state.ts'
import { hrefOf } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import { MINUTE_MS, useNow } from '../../ui/use-now.ts'
import { countVersions, daysUntil, etcdFacts, type VersionCount } from './fleet-facts.ts'

/** The figures of a cluster, as its nodes tell them now. */
export function FleetBand({
  context,
  nodes,
}: {
  readonly context: Context
  readonly nodes: readonly NodeSummary[]
}) {
  const text = useText()
  const { t } = text
  const nowMs = useNow(MINUTE_MS)
  const ready = nodes.filter(isReady).length
  return (
    <FactsBand
      facts={[
        {
          label: t('fleet.nodes'),
          figure: (
            <>
              {t('tree.of', { ready, all: nodes.length })} <small>{t('fleet.ready')}</small>
            </>
          ),
          more: othersWords(nodes, text),
        },
        etcdFact(nodes, text),
        versionsFact(
          t('fleet.talos'),
          countVersions(nodes, (node) => node.talosVersion),
          text,
        ),
        withWay(
          versionsFact(
            t('fleet.kubernetes'),
            countVersions(nodes, (node) => node.kubernetesVersion),
            text,
          ),
          <a href={hrefOf({ at: 'kubernetes', context: context.name })}>{t('kubernetes.open')}</a>,
        ),
        accessFact(context, nowMs, text),
      ]}
    />
  )
}

/** `1 rebooting, 1 no answer`: how those stand that are not ready. */
function othersWords(nodes: readonly NodeSummary[], text: TextTools): string {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    if (isReady(node)) continue
    const { short } = nodeState(node, text)
    counts.set(short, (counts.get(short) ?? 0) + 1)
  }
  if (counts.size === 0) return text.t('fleet.all-answer')
  return [...counts].map(([word, count]) => `${String(count)} ${word}`).join(', ')
}

function etcdFact(nodes: readonly NodeSummary[], { t }: TextTools): BandFact {
  const etcd = etcdFacts(nodes)
  if (etcd === undefined) {
    return {
      label: t('fleet.etcd'),
      figure: <span className="faint">–</span>,
      more: <State kind="unknown">{t('fleet.quorum-unknown')}</State>,
    }
  }
  return {
    label: t('fleet.etcd'),
    figure: (
      <>
        {t('tree.of', { ready: etcd.up, all: etcd.members })} <small>{t('fleet.up')}</small>
      </>
    ),
    more:
      etcd.spare < 0 ? (
        <State kind="decide">{t('fleet.quorum-lost')}</State>
      ) : etcd.spare === 0 ? (
        <State kind="caution">{t('fleet.quorum-none')}</State>
      ) : (
        t('fleet.quorum-spare', { count: etcd.spare })
      ),
  }
}

function versionsFact(label: string, versions: readonly VersionCount[], { t }: TextTools): BandFact {
  const [only] = versions
  if (only === undefined)
    return { label, figure: <span className="faint">–</span>, more: t('fleet.quorum-unknown') }
  if (versions.length === 1) return { label, figure: only.version, more: t('fleet.one-version') }
  return {
    label,
    figure: versions.map(({ version, count }) => (
      <span key={version} className="fleet-version">
        {version} <small>× {count}</small>
      </span>
    )),
    more: t('fleet.versions', { count: versions.length }),
  }
}

/** A figure from which something can be done. */
function withWay(fact: BandFact, way: ReactNode): BandFact {
  return {
    ...fact,
    more: (
      <>
        {fact.more} {way}
      </>
    ),
  }
}

const SOON_DAYS = 30

function accessFact(context: Context, nowMs: number, { t, format }: TextTools): BandFact {
  const { roles, notAfter } = context.certificate
  const count = daysUntil(notAfter, nowMs)
  const date = format.date(notAfter)
  return {
    label: t('fleet.access'),
    figure: roles.join(', ') || t('none'),
    more:
      count < 0 ? (
        <State kind="decide">{t('fleet.expired', { date })}</State>
      ) : count < SOON_DAYS ? (
        <State kind="caution">{t('fleet.days-left', { count, date })}</State>
      ) : (
        t('fleet.days-left', { count, date })
      ),
  }
}
