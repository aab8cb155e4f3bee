import { useState } from 'react'
import type { NextStep, Run } from '#contract/runs.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Section } from '../../ui/Page.tsx'
import { hrefOf, type Route } from '../../ui/route.ts'
import { isOfCluster } from './run-parts.ts'

/** Runs that may leave something to do behind them, where they ended like this. */
const KINDS: ReadonlySet<Run['kind']> = new Set([
  'upgrade',
  'rollback',
  'reset',
  'remove-member',
  'uncordon',
  'kubernetes',
  'manifests',
])
const LEAVES: ReadonlySet<Run['outcome']> = new Set([
  'interrupted',
  'failed',
  'stopped',
  'unknown',
  'not-ready',
  'fell-back',
  'proven-with-differences',
])

/** After a run that did not end as it should: what the node shows may be done. Read only when asked for. */
export function NextSteps({ run }: { readonly run: Run }) {
  const { t } = useText()
  const [asked, setAsked] = useState(false)
  const query = useQuery('runs.next', asked ? { runId: run.id } : undefined)
  if (run.kind === 'kubernetes' && run.outcome === 'proven') return <ThenManifests context={run.context} />
  const leaves = LEAVES.has(run.outcome) && KINDS.has(run.kind)
  if (!leaves) return null
  const next = query.value?.next
  const ofCluster = isOfCluster(run)
  return (
    <Section title={t('next.title')} remark={t(ofCluster ? 'next.cluster.remark' : 'next.remark')}>
      {!asked && (
        <Button size="small" onClick={() => setAsked(true)}>
          {t('next.ask')}
        </Button>
      )}
      {query.error !== undefined && <ErrorNote error={query.error} actions={{ retry: query.reload }} />}
      {asked && query.busy && <EmptyState kind="busy" title={t('loading')} />}
      {next?.length === 0 && <p className="dim">{t(ofCluster ? 'next.cluster.nothing' : 'next.nothing')}</p>}
      {next !== undefined && next.length > 0 && (
        <ul className="next-steps">
          {next.map((step, at) => (
            <li key={at}>
              <div>
                <b className="strong">{sentence(step, run, t)}</b>
                <div className="meta">{step.evidence}</div>
              </div>
              <LinkButton
                size="small"
                kind={at === 0 ? 'go' : 'plain'}
                href={hrefOf(placeOf(step, run.context))}
              >
                {step.kind === 'remove-member'
                  ? t('next.remove-member.do', { node: step.hostname })
                  : t(`next.${step.kind}.do`)}
              </LinkButton>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

/** An upgrade of Kubernetes leaves the objects that Talos renders as they are. */
function ThenManifests({ context }: { readonly context: string }) {
  const { t } = useText()
  return (
    <Section title={t('next.title')}>
      <ul className="next-steps">
        <li>
          <b className="strong">{t('kubernetes.then-manifests')}</b>
          <LinkButton size="small" kind="go" href={hrefOf({ at: 'manifests', context })}>
            {t('kubernetes.manifests')}
          </LinkButton>
        </li>
      </ul>
    </Section>
  )
}

function sentence(step: NextStep, run: Run, t: ReturnType<typeof useText>['t']): string {
  const node = step.hostname
  switch (step.kind) {
    case 'remove-member':
      return t('next.remove-member')
    case 'kubernetes': {
      const { there, images, component } = step
      const version = plainVersion(step.version)
      return t('next.kubernetes', { count: there, images, component, version, node })
    }
    case 'manifests':
      return t('next.manifests', { count: step.objects, node })
    case 'uncordon':
      return t(run.kind === 'uncordon' ? 'next.uncordon.still' : 'next.uncordon', { node })
    case 'reboot':
    case 'rollback':
    case 'upgrade':
      return t(`next.${step.kind}`, { node })
  }
}

function placeOf(step: NextStep, context: string): Route {
  const { node } = step
  switch (step.kind) {
    case 'reboot':
    case 'rollback':
    case 'upgrade':
    case 'uncordon':
      return { at: step.kind, context, node }
    case 'remove-member':
      return { at: 'remove-member', context, node, memberId: step.memberId }
    case 'kubernetes': {
      const { version, kubelets } = step
      return { at: 'kubernetes', context, version, ...(kubelets ? {} : { kubelets }) }
    }
    case 'manifests':
      return { at: 'manifests', context }
  }
}
