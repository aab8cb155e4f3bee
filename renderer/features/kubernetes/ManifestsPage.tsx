import { RefreshCw } from 'lucide-react'
import type { ManifestPlan, ManifestRow } from '#contract/kubernetes.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { PageBody, PageFoot, PageHead, Section } from '../../ui/Page.tsx'
import { navigate } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import './kubernetes.css'

const KIND: Readonly<Record<ManifestRow['change'], StateKind>> = {
  created: 'decide',
  changed: 'caution',
  unknown: 'unknown',
  unchanged: 'proven',
}
const ORDER = ['created', 'changed', 'unknown', 'unchanged'] as const

/** What Talos renders for the cluster beside what the cluster has, object by object, before any of it is applied. */
export function ManifestsPage({ context }: { readonly context: string }) {
  const { t, format } = useText()
  const plan = useQuery('kubernetes.plan-manifests', { context })
  const start = useAction('kubernetes.start')
  const failure = start.error ?? plan.error
  const { value } = plan
  const moving =
    value?.objects.filter(({ change }) => change === 'created' || change === 'changed').length ?? 0

  async function go(): Promise<void> {
    if (value === undefined) return
    const started = await start.run({ planId: value.planId })
    if (started.ok) navigate({ at: 'run', id: started.value.runId })
  }

  return (
    <>
      <PageHead
        title={t('manifests.title', { context })}
        below={
          value === undefined
            ? [t('manifests.what')]
            : [
                t('manifests.rendered', { node: value.hostname }),
                t('upgrade.computed', { time: format.time(value.computedAt) }),
              ]
        }
        actions={
          <Button icon={RefreshCw} busy={plan.busy} onClick={plan.reload}>
            {t('upgrade.again')}
          </Button>
        }
      />
      <PageBody>
        {failure !== undefined && (
          <div className="section">
            <ErrorNote error={failure} actions={{ 'recompute-plan': plan.reload, retry: plan.reload }} />
          </div>
        )}
        {value === undefined
          ? plan.busy && <EmptyState kind="busy" title={t('manifests.asking')} />
          : ORDER.map((change) => <Objects key={change} plan={value} change={change} />)}
        {value !== undefined && (
          <div className="section">
            <Command command={value.talosctl} />
          </div>
        )}
      </PageBody>
      <PageFoot
        actions={
          <Button
            kind="go"
            busy={start.busy || plan.busy}
            off={moving === 0 ? t('manifests.nothing') : undefined}
            onClick={() => void go()}
          >
            {t('manifests.start', { count: moving })}
          </Button>
        }
      >
        {t('manifests.foot')}
      </PageFoot>
    </>
  )
}

function Objects({ plan, change }: { readonly plan: ManifestPlan; readonly change: (typeof ORDER)[number] }) {
  const { t } = useText()
  const rows = plan.objects.filter((row) => row.change === change)
  if (rows.length === 0) return null
  return (
    <Section title={t(`manifests.${change}`)} remark={rows.length}>
      <ul className="manifest-list">
        {rows.map((row) => (
          <li key={row.object}>
            <ManifestLine row={row} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function ManifestLine({ row }: { readonly row: ManifestRow }) {
  const { t } = useText()
  const head = <State kind={KIND[row.change]}>{row.object}</State>
  if (row.diff === undefined) {
    return (
      <div className="manifest-line">
        {head}
        {row.reason !== undefined && <span className="meta">{row.reason}</span>}
        {row.reason === undefined && row.change !== 'unchanged' && (
          <span className="meta">{t('manifests.secret')}</span>
        )}
      </div>
    )
  }
  return (
    <details open={row.change === 'changed'}>
      <summary className="manifest-line">{head}</summary>
      <pre className="manifest-diff">
        {row.diff.split('\n').map((line, at) => (
          <span key={at} className={lineClass(line)}>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
    </details>
  )
}

function lineClass(line: string): string | undefined {
  if (line.startsWith('+') && !line.startsWith('+++')) return 'diff-added'
  return line.startsWith('-') && !line.startsWith('---') ? 'diff-removed' : undefined
}
