import { Undo2 } from 'lucide-react'
import { useEffect, useEffectEvent } from 'react'
import type { Review } from '#contract/machine-configs.ts'
import type { Run } from '#contract/runs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button, Key } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { keyName } from '../../ui/key-names.ts'
import { PageHead, Section } from '../../ui/Page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, Row, SumRow, Table } from '../../ui/Table.tsx'
import { ChangeList } from './ChangeList.tsx'
import { RunStops } from './RunStops.tsx'
import { probeMarks, SPOKEN_AT, type ProbeMark, type TryClock } from './try-clock.ts'
import { TryRuler } from './TryRuler.tsx'

const PROBES_LISTED = 6

/** A try on a node: does it still answer, what is on trial, and how long until it goes back by itself. */
export function TryView({
  run,
  clock,
  review,
}: {
  readonly run: Run
  readonly clock: TryClock
  /** The review it was sent from; unknown after the window was loaded again. */
  readonly review: Review | undefined
}) {
  const { t, format } = useText()
  const marks = probeMarks(run, clock)
  const node = run.hostname
  return (
    <div className="config-split">
      <div className="config-pane">
        <PageHead
          title={
            review === undefined
              ? t('try.title.plain', { node })
              : t('try.title', { node, count: review.table.counts.all })
          }
          below={[
            t('try.sent', { time: format.time(new Date(clock.startedMs).toISOString()) }),
            t('try.memory'),
            t('try.locked'),
          ]}
        />
        {/* Nothing in it takes focus, and the keyboard has to scroll it. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className="page-body" tabIndex={0} role="region" aria-label={t('try.answers')}>
          <Section title={t('try.answers')} remark={t('try.answers.remark')}>
            <TryRuler clock={clock} marks={marks} />
            <ProbeTable marks={marks} />
          </Section>
          {review !== undefined && (
            <Section title={t('try.on-trial')}>
              <ChangeList groups={review.table.groups} moment="trial" />
            </Section>
          )}
        </div>
      </div>
      <TryRail run={run} clock={clock} />
    </div>
  )
}

function ProbeTable({ marks }: { readonly marks: readonly ProbeMark[] }) {
  const { t, format } = useText()
  const ok = marks.filter((mark) => mark.ok).length
  if (marks.length === 0) return <p className="meta">{t('try.ruler.none')}</p>
  return (
    <Table label={t('try.probes')} dense>
      <thead>
        <tr>
          <HeadCell>{t('try.col.when')}</HeadCell>
          <HeadCell>{t('try.col.result')}</HeadCell>
          <HeadCell number>{t('try.col.latency')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {marks
          .slice(-PROBES_LISTED)
          .reverse()
          .map((mark) => (
            <Row key={mark.instant}>
              <Cell>{format.time(mark.instant)}</Cell>
              <Cell>
                <State kind={mark.ok ? 'proven' : 'unknown'}>
                  {mark.ok ? t('try.probe.ok.plain') : t('try.probe.missed')}
                </State>
              </Cell>
              <Cell number>
                {mark.latencyMs === undefined ? '–' : `${format.number(Math.round(mark.latencyMs))} ms`}
              </Cell>
            </Row>
          ))}
        <SumRow>
          <Cell colSpan={3}>{t('try.sum', { ok, all: marks.length })}</Cell>
        </SumRow>
      </tbody>
    </Table>
  )
}

function TryRail({ run, clock }: { readonly run: Run; readonly clock: TryClock }) {
  const { t, rich, format } = useText()
  const keep = useAction('machine-configs.keep')
  const revert = useAction('machine-configs.revert')
  const node = run.hostname
  const over = clock.leftSeconds === 0
  const deciding = keep.busy || revert.busy || keep.value !== undefined || revert.value !== undefined
  const error = keep.error ?? revert.error
  const mayDecide = !over && !deciding
  const doKeep = () => void keep.run({ runId: run.id })
  const doRevert = () => void revert.run({ runId: run.id })
  useShortcut('mod+enter', t('keys.config.keep'), t('keys.config'), mayDecide ? doKeep : undefined)
  useShortcut('mod+backspace', t('keys.config.revert'), t('keys.config'), mayDecide ? doRevert : undefined)
  useSpokenClock(clock)
  return (
    <aside className="config-rail" aria-label={t('try.left')}>
      <div className="config-rail-body" tabIndex={-1}>
        <h2 className="label">{t('try.left')}</h2>
        <div className="try-clock" role="timer">
          {format.stopwatch(clock.leftSeconds)}
        </div>
        <div className="try-progress" aria-hidden>
          <i style={{ width: `${((1 - clock.gone) * 100).toFixed(2)}%` }} />
        </div>
        <p className="meta">
          {over
            ? t('try.waiting', { node })
            : rich('try.of', {
                total: format.stopwatch(clock.totalSeconds),
                time: format.time(new Date(clock.revertsMs).toISOString()),
                node,
              })}
        </p>
        <h2 className="label">{t('try.so-far')}</h2>
        <RunStops run={run} />
        <h2 className="label">{t('try.keep.does')}</h2>
        <p className="meta">{t('try.keep.text', { node })}</p>
        {run.talosctl !== '' && <Command command={run.talosctl} />}
      </div>
      <div className="config-rail-foot">
        {error !== undefined && <ErrorNote error={error} />}
        <Button kind="go" size="large" busy={!mayDecide} onClick={doKeep}>
          {keep.busy || keep.value !== undefined ? t('try.deciding.keep') : t('try.keep')}{' '}
          <Key>{keyName('mod+enter')}</Key>
        </Button>
        <Button kind="risk" icon={Undo2} busy={!mayDecide} onClick={doRevert}>
          {revert.busy || revert.value !== undefined ? t('try.deciding.revert') : t('try.revert')}{' '}
          <Key>{keyName('mod+backspace')}</Key>
        </Button>
        <span className="meta">{t('try.do-nothing')}</span>
      </div>
    </aside>
  )
}

/** Says the time left at 60, 30 and 10 seconds, not each second. */
function useSpokenClock({ leftSeconds }: TryClock): void {
  const { t, format } = useText()
  const announce = useAnnounce()
  const say = useEffectEvent((seconds: number) => {
    announce(t('try.left.spoken', { time: format.stopwatch(seconds) }), 'assertive')
  })
  useEffect(() => {
    if (SPOKEN_AT.includes(leftSeconds)) say(leftSeconds)
  }, [leftSeconds])
}
