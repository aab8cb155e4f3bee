import { RefreshCw } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { PreflightCheck, UpgradePlan } from '#contract/upgrades.ts'
import type { WireError } from '#contract/wire-error.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { PlanPage } from '../../ui/PlanPage.tsx'
import { navigate } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import { ClusterTables } from './ClusterTables.tsx'
import { PlanExport } from './PlanExport.tsx'
import { PlanTables } from './PlanTables.tsx'
import { Preflight, type ShownCheck } from './Preflight.tsx'
import './upgrades.css'

type CheckId = PreflightCheck['id']
const NONE: ReadonlySet<CheckId> = new Set()

/** A plan on its page: what is chosen and what changes left, what was checked and the one button right. */
export function PlanFrame({
  title,
  startLabel,
  plan,
  busy,
  error,
  off,
  onAgain,
  children,
}: {
  readonly title: string
  /** What the filled button does; also while there is no plan yet. */
  readonly startLabel: string
  readonly plan: UpgradePlan | undefined
  readonly busy: boolean
  readonly error: WireError | undefined
  /** Something that was chosen cannot be; says what. */
  readonly off?: string | undefined
  readonly onAgain: () => void
  readonly children?: ReactNode
}) {
  const { t, format } = useText()
  const start = useAction('upgrades.start')
  const checks = plan === undefined ? [] : checksOf(plan)
  const blocks = checks.filter(({ check }) => check.outcome === 'block').length
  // What was accepted of one plan is not accepted of the next.
  const [accepted, setAccepted] = useState<{ readonly of: string; readonly ids: ReadonlySet<CheckId> }>()
  const yes = accepted !== undefined && accepted.of === plan?.planId ? accepted.ids : NONE
  const waiting = checks.filter(({ check }) => check.accept === true && !yes.has(check.id)).length
  const failure = start.error ?? error

  async function go(): Promise<void> {
    if (plan === undefined) return
    const started = await start.run({ planId: plan.planId, accepted: [...yes] })
    if (started.ok) navigate({ at: 'run', id: started.value.runId })
  }

  return (
    <PlanPage
      checksLabel={t('preflight.title')}
      checks={
        plan === undefined ? (
          <p className="dim">{t(busy ? 'loading' : 'upgrade.choose-first')}</p>
        ) : (
          <Preflight
            checks={checks}
            askedAt={plan.computedAt}
            accepted={yes}
            onAccept={(id, on) => setAccepted({ of: plan.planId, ids: withOrWithout(yes, id, on) })}
          />
        )
      }
      foot={
        <>
          <Button
            kind="go"
            size="large"
            busy={start.busy || busy}
            off={
              off ??
              (plan === undefined
                ? t(busy ? 'loading' : 'upgrade.choose-first')
                : blocks > 0
                  ? t('upgrade.blocked', { count: blocks })
                  : waiting > 0
                    ? t('upgrade.accept-first', { count: waiting })
                    : undefined)
            }
            onClick={() => void go()}
          >
            {startLabel}
          </Button>
          <span className="meta">
            {blocks > 0 ? (
              <State kind="decide">{t('upgrade.blocked', { count: blocks })}</State>
            ) : off !== undefined ? (
              <State kind="caution">{off}</State>
            ) : waiting > 0 ? (
              <State kind="caution">{t('upgrade.accept-first', { count: waiting })}</State>
            ) : (
              t('upgrade.nothing-sent')
            )}
          </span>
        </>
      }
    >
      <PageHead
        title={title}
        below={
          plan === undefined
            ? []
            : [
                t('upgrade.computed', { time: format.time(plan.computedAt) }),
                t('upgrade.refused-when', { time: format.minute(plan.validUntil) }),
              ]
        }
        actions={
          plan !== undefined && (
            <>
              <Button icon={RefreshCw} busy={busy} onClick={onAgain}>
                {t('upgrade.again')}
              </Button>
              <PlanExport planId={plan.planId} />
            </>
          )
        }
      />
      <PageBody>
        {failure !== undefined && (
          <ErrorNote error={failure} actions={{ 'recompute-plan': onAgain, retry: onAgain }} />
        )}
        {children}
        {plan !== undefined &&
          (plan.nodes.length > 1 ? <ClusterTables plan={plan} /> : <PlanTables plan={plan} />)}
        {plan === undefined && busy && <EmptyState kind="busy" title={t('loading')} />}
      </PageBody>
    </PlanPage>
  )
}

function checksOf({ preflight, nodes }: UpgradePlan): readonly ShownCheck[] {
  const several = nodes.length > 1
  return [
    ...preflight.map((check) => ({ check })),
    ...nodes.flatMap((node) =>
      node.preflight.map((check) => ({ check, hostname: several ? node.hostname : undefined })),
    ),
  ]
}

function withOrWithout(ids: ReadonlySet<CheckId>, id: CheckId, on: boolean): ReadonlySet<CheckId> {
  return new Set(on ? [...ids, id] : [...ids].filter((one) => one !== id))
}
