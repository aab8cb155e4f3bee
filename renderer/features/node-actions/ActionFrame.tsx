import { RefreshCw } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { NodeActionPlan } from '#contract/node-actions.ts'
import type { WireError } from '#contract/wire-error.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { CheckList } from '../../ui/CheckList.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { PlanPage } from '../../ui/PlanPage.tsx'
import { navigate } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import { ActionTable } from './ActionTable.tsx'
import { TypeToConfirm } from './TypeToConfirm.tsx'
import './node-actions.css'

/** A plan on its page: what is chosen and what happens left, what was checked and the one button right. */
export function ActionFrame({
  title,
  startLabel,
  risky = false,
  plan,
  busy,
  error,
  onAgain,
  children,
  below,
}: {
  readonly title: string
  readonly startLabel: string
  /** Cannot be undone: the button is outlined, not filled. */
  readonly risky?: boolean
  readonly plan: NodeActionPlan | undefined
  readonly busy: boolean
  readonly error: WireError | undefined
  readonly onAgain: () => void
  /** What the person chooses. */
  readonly children?: ReactNode
  /** What stands between the choices and the table of what happens. */
  readonly below?: ReactNode
}) {
  const { t, format, language } = useText()
  const start = useAction('node-actions.start')
  const [kept, setKept] = useState({ of: '', hostname: '', words: '' })
  // What was typed stands for what was read then: another choice erases something else.
  const of = plan?.talosctl ?? kept.of
  const { hostname, words } = kept.of === of ? kept : { hostname: '', words: '' }
  const failure = start.error ?? error
  const off = plan === undefined ? t('loading') : reasonOff(plan, { hostname, words }, t)
  const blocks = hardBlocks(plan)

  async function go(): Promise<void> {
    if (plan === undefined) return
    const typed = {
      ...(plan.typeHostname ? { hostname } : {}),
      ...(plan.words === undefined ? {} : { words }),
    }
    const started = await start.run({ planId: plan.planId, ...typed })
    if (started.ok) navigate({ at: 'run', id: started.value.runId })
  }

  return (
    <PlanPage
      checksLabel={t('preflight.title')}
      checks={
        plan !== undefined && (
          <CheckList
            askedAt={plan.computedAt}
            checks={plan.preflight.map((check) => ({
              ...check,
              title: t(`action.check.${check.id}`),
              advice: t(`action.advice.${check.id}`),
            }))}
          />
        )
      }
      foot={
        <>
          {plan?.typeHostname === true && (
            <TypeToConfirm
              label={t('action.type-hostname', { node: plan.hostname })}
              wanted={plan.hostname}
              value={hostname}
              onChange={(value) => setKept({ of, hostname: value, words })}
            />
          )}
          {plan?.words !== undefined && blocks === 0 && (
            <TypeToConfirm
              label={t('action.type-words', { words: plan.words[language] })}
              wanted={plan.words[language]}
              value={words}
              onChange={(value) => setKept({ of, hostname, words: value })}
            />
          )}
          <Button
            kind={risky ? 'risk' : 'go'}
            size="large"
            busy={start.busy || busy}
            off={off}
            onClick={() => void go()}
          >
            {startLabel}
          </Button>
          <span className="meta">
            {blocks > 0 ? (
              <State kind="decide">{t('upgrade.blocked', { count: blocks })}</State>
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
                ...(plan.estimateSeconds === undefined
                  ? []
                  : [t('plan.estimate', { time: format.stopwatch(plan.estimateSeconds) })]),
              ]
        }
        actions={
          plan !== undefined && (
            <Button icon={RefreshCw} busy={busy} onClick={onAgain}>
              {t('upgrade.again')}
            </Button>
          )
        }
      />
      <PageBody>
        {failure !== undefined && (
          <ErrorNote error={failure} actions={{ 'recompute-plan': onAgain, retry: onAgain }} />
        )}
        {children}
        {below}
        {plan !== undefined && <ActionTable plan={plan} />}
        {plan === undefined && busy && <EmptyState kind="busy" title={t('loading')} />}
        {plan !== undefined && (
          <div className="section">
            <Command command={plan.talosctl} />
          </div>
        )}
      </PageBody>
    </PlanPage>
  )
}

function hardBlocks(plan: NodeActionPlan | undefined): number {
  return (plan?.preflight ?? []).filter(
    ({ outcome, overridable }) => outcome === 'block' && overridable !== true,
  ).length
}

/** Why the button does not press, if it does not. */
function reasonOff(
  plan: NodeActionPlan,
  typed: { readonly hostname: string; readonly words: string },
  t: ReturnType<typeof useText>['t'],
): string | undefined {
  const blocks = hardBlocks(plan)
  if (blocks > 0) return t('upgrade.blocked', { count: blocks })
  if (plan.typeHostname && typed.hostname !== plan.hostname) return t('action.not-typed')
  if (plan.words !== undefined && typed.words !== plan.words.en && typed.words !== plan.words.es) {
    return t('action.words-not-typed')
  }
  return undefined
}
