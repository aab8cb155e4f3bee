import { FileStack, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { isLeft } from '#contract/image-left.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { CheckList } from '../../ui/CheckList.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { PlanPage } from '../../ui/PlanPage.tsx'
import { hrefOf, navigate } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import { Tick } from '../../ui/Tick.tsx'
import { GoesOn } from './GoesOn.tsx'
import { ImageTable } from './ImageTable.tsx'
import { VersionChoice } from './VersionChoice.tsx'

/**
 * Upgrade of a cluster's Kubernetes: a version, every image it moves, what was checked, one button. A version that is
 * given is that of a run which was cut off, with what it was to take along.
 */
export function KubernetesPage({
  context,
  version: resumed,
  kubelets: withKubelets = true,
}: {
  readonly context: string
  readonly version?: string | undefined
  readonly kubelets?: boolean | undefined
}) {
  const { t, format } = useText()
  const targets = useQuery('kubernetes.targets', { context })
  const [picked, setPicked] = useState(resumed)
  const [prePull, setPrePull] = useState(true)
  const [kubelets, setKubelets] = useState(withKubelets)
  const best = targets.value?.targets.find(({ reason }) => reason === 'next-minor' || reason === 'patch')
  const version = picked ?? best?.version
  const plan = useQuery(
    'kubernetes.plan',
    version === undefined ? undefined : { context, version, options: { prePull, kubelets } },
  )
  const start = useAction('kubernetes.start')

  if (targets.value === undefined) {
    return (
      <>
        <PageHead title={t('kubernetes.title.choose', { context })} />
        <PageBody>
          <div className="section">
            {targets.error === undefined ? (
              <EmptyState kind="busy" title={t('loading')} />
            ) : (
              <ErrorNote error={targets.error} actions={{ retry: targets.reload }} />
            )}
          </div>
        </PageBody>
      </>
    )
  }
  const { current, proxyBehind } = targets.value
  // The plan of the version before stays in memory while the next is computed; it must not be started.
  const isOfChoice =
    plan.value?.to === version &&
    plan.value?.options.prePull === prePull &&
    plan.value.options.kubelets === kubelets
  const shown = isOfChoice ? plan.value : undefined
  const blocks = shown?.preflight.filter(({ outcome }) => outcome === 'block').length ?? 0
  const left = shown?.images.filter(isLeft).length ?? 0
  const failure = start.error ?? plan.error

  async function go(): Promise<void> {
    if (shown === undefined) return
    const started = await start.run({ planId: shown.planId })
    if (started.ok) navigate({ at: 'run', id: started.value.runId })
  }

  return (
    <PlanPage
      checksLabel={t('preflight.title')}
      checks={
        shown === undefined ? (
          <p className="dim">{t(plan.busy ? 'loading' : 'upgrade.choose-first')}</p>
        ) : (
          <CheckList
            askedAt={shown.computedAt}
            checks={shown.preflight.map((check) => ({
              ...check,
              title: t(`kubernetes.check.${check.id}`),
              advice: t(`kubernetes.advice.${check.id}`),
            }))}
          />
        )
      }
      foot={
        <>
          <Button
            kind="go"
            size="large"
            busy={start.busy || plan.busy}
            off={
              shown === undefined
                ? t('upgrade.choose-first')
                : blocks > 0
                  ? t('upgrade.blocked', { count: blocks })
                  : left === 0
                    ? t('kubernetes.nothing-moves')
                    : undefined
            }
            onClick={() => void go()}
          >
            {version === undefined
              ? t('kubernetes.title.choose', { context })
              : t('kubernetes.start', { version: plainVersion(version) })}
          </Button>
          <span className="meta">
            {blocks > 0 ? (
              <State kind="decide">{t('upgrade.blocked', { count: blocks })}</State>
            ) : shown !== undefined && left === 0 ? (
              t('kubernetes.nothing-moves')
            ) : (
              t('upgrade.nothing-sent')
            )}
          </span>
        </>
      }
    >
      <PageHead
        title={
          version === undefined
            ? t('kubernetes.title.choose', { context })
            : t('kubernetes.title', { context, version: plainVersion(version) })
        }
        below={[
          t('kubernetes.runs', { version: plainVersion(proxyBehind ?? current) }),
          ...(shown === undefined
            ? []
            : [
                t('upgrade.computed', { time: format.time(shown.computedAt) }),
                t('kubernetes.refused-when', { time: format.minute(shown.validUntil) }),
              ]),
        ]}
        actions={
          <>
            <LinkButton icon={FileStack} href={hrefOf({ at: 'manifests', context })}>
              {t('kubernetes.manifests')}
            </LinkButton>
            {shown !== undefined && (
              <Button icon={RefreshCw} busy={plan.busy} onClick={plan.reload}>
                {t('upgrade.again')}
              </Button>
            )}
          </>
        }
      />
      <PageBody>
        {failure !== undefined && (
          <div className="section">
            <ErrorNote error={failure} actions={{ 'recompute-plan': plan.reload, retry: plan.reload }} />
          </div>
        )}
        {shown !== undefined && <GoesOn plan={shown} />}
        {proxyBehind !== undefined && (
          <div className="section kubernetes-behind">
            <State kind="caution">{t('kubernetes.proxy-behind', { version: plainVersion(current) })}</State>
          </div>
        )}
        <Section title={t('upgrade.target')}>
          <VersionChoice
            targets={targets.value.targets}
            chosen={version}
            resumed={resumed}
            onChange={setPicked}
          />
        </Section>
        <Section title={t('kubernetes.how')}>
          <Tick checked={prePull} onChange={setPrePull} reason={t('kubernetes.pre-pull.why')}>
            {t('kubernetes.pre-pull')}
          </Tick>
          <Tick checked={kubelets} onChange={setKubelets} reason={t('kubernetes.kubelets.why')}>
            {t('kubernetes.kubelets')}
          </Tick>
        </Section>
        {shown !== undefined && <ImageTable plan={shown} />}
        {shown === undefined && plan.busy && <EmptyState kind="busy" title={t('loading')} />}
        {shown !== undefined && (
          <div className="section">
            <Command command={shown.talosctl} />
          </div>
        )}
      </PageBody>
    </PlanPage>
  )
}
