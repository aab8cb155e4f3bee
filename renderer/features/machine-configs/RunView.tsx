import { ChevronLeft } from 'lucide-react'
import type { Review } from '#contract/machine-configs.ts'
import type { Run } from '#contract/runs.ts'
import type { WireError } from '#contract/wire-error.ts'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { runVerdict } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { useNow } from '../../ui/use-now.ts'
import { VerdictTable } from '../../ui/VerdictTable.tsx'
import { ChangeList } from './ChangeList.tsx'
import { RunStops } from './RunStops.tsx'
import { tryClock } from './try-clock.ts'
import { TryView } from './TryView.tsx'

/** What was sent: under way, on trial, or ended with its verdict. */
export function RunView({
  run,
  review,
  onBack,
  onShow,
}: {
  /** `undefined` until the journal has told of it. */
  readonly run: Run | undefined
  readonly review: Review | undefined
  readonly onBack: () => void
  /** To the line of the editor that the node's refusal is about. */
  readonly onShow: (error: WireError) => void
}) {
  const { t } = useText()
  const nowMs = useNow()
  if (run === undefined) return <EmptyState kind="busy" title={t('loading')} />
  const clock = tryClock(run, nowMs)
  if (clock !== undefined) return <TryView run={run} clock={clock} review={review} />
  if (run.outcome === undefined) return <Sending run={run} review={review} />
  return <Verdict run={run} review={review} onBack={onBack} onShow={onShow} />
}

function Sending({ run, review }: { readonly run: Run; readonly review: Review | undefined }) {
  const text = useText()
  const { t, format } = text
  const nowMs = useNow()
  const verdict = runVerdict(run, text, nowMs)
  return (
    <>
      <PageHead
        title={t('applying.title', { node: run.hostname })}
        below={[
          <State key="state" kind={verdict.kind}>
            {verdict.words}
          </State>,
          t('run.since', { time: format.time(run.startedAt) }),
        ]}
      />
      <PageBody>
        <Section title={t('run.steps')} remark={t('applying.text')}>
          <RunStops run={run} ahead />
        </Section>
        {review !== undefined && (
          <Section title={t('review.table')}>
            <ChangeList groups={review.table.groups} moment="trial" />
          </Section>
        )}
      </PageBody>
    </>
  )
}

function Verdict({
  run,
  review,
  onBack,
  onShow,
}: {
  readonly run: Run & { readonly outcome?: Run['outcome'] }
  readonly review: Review | undefined
  readonly onBack: () => void
  readonly onShow: (error: WireError) => void
}) {
  const text = useText()
  const { t, format } = text
  const nowMs = useNow()
  const outcome = run.outcome ?? 'unknown'
  const verdict = runVerdict(run, text, nowMs)
  const { error } = run
  return (
    <>
      <PageHead
        title={
          outcome === 'proven' && run.title.parameters['mode'] === 'staged'
            ? t('apply.outcome.stored', { node: run.hostname })
            : text.fill(`apply.outcome.${outcome}`, { node: run.hostname })
        }
        below={[
          <State key="state" kind={verdict.kind}>
            <b>{verdict.words}</b>
          </State>,
          t('apply.took', {
            from: format.time(run.startedAt),
            to: format.time(run.endedAt ?? run.startedAt),
          }),
        ]}
        actions={
          <>
            <LinkButton href={hrefOf({ at: 'run', id: run.id })}>{t('apply.open-run')}</LinkButton>
            <Button kind="go" icon={ChevronLeft} onClick={onBack}>
              {t('apply.back')}
            </Button>
          </>
        }
      />
      <PageBody>
        {error !== undefined && (
          <div className="section">
            <ErrorNote
              error={error}
              actions={{
                'fix-draft': () => {
                  onShow(error)
                },
                reload: onBack,
                'read-node': onBack,
              }}
            />
          </div>
        )}
        <div className="config-verdict">
          <div>
            {run.verdict.length > 0 ? (
              <Section title={t('apply.verdict')} remark={t('apply.verdict.remark')}>
                <VerdictTable label={t('apply.verdict')} rows={run.verdict} />
              </Section>
            ) : (
              <div className="section">
                <Note kind="unknown">{t('apply.no-verdict')}</Note>
              </div>
            )}
            {review !== undefined && (
              <Section title={t('review.table')}>
                <ChangeList groups={review.table.groups} moment="review" />
              </Section>
            )}
          </div>
          <div>
            <Section title={t('run.steps')}>
              <RunStops run={run} />
            </Section>
            {run.output.length > 0 && (
              <Section title={t('run.output')}>
                {/* Focusable, so that the keyboard can scroll it. */}
                {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
                <pre className="config-diff-text" tabIndex={0} aria-label={t('run.output')}>
                  {run.output.map((line) => line.text).join('\n')}
                </pre>
              </Section>
            )}
            {run.talosctl !== '' && (
              <div className="section">
                <Command command={run.talosctl} />
              </div>
            )}
          </div>
        </div>
      </PageBody>
    </>
  )
}
