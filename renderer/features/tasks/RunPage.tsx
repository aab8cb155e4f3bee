import { FileOutput, NotebookText, OctagonPause } from 'lucide-react'
import { useState } from 'react'
import type { Run, RunStep } from '#contract/runs.ts'
import { isActive } from '../../ipc/stores/runs-store.ts'
import { useAction } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button, Buttons, LinkButton } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { Columns, PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { runSeconds, runTitle, runVerdict, stepName } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { Timeline, type Stop, type StopState } from '../../ui/Timeline.tsx'
import { useNow } from '../../ui/use-now.ts'
import { VerdictTable } from '../../ui/VerdictTable.tsx'
import './tasks.css'

/** A run whole: what it did step by step, what was read back, what the node wrote. */
export function RunPage({ run }: { readonly run: Run | undefined }) {
  const text = useText()
  const { t, format } = text
  const nowMs = useNow()
  if (run === undefined) return <MissingRun />
  const verdict = runVerdict(run, text, nowMs)
  return (
    <>
      <PageHead
        title={`${runTitle(run, text)}, ${run.hostname}`}
        below={[
          <State kind={verdict.kind}>{verdict.words}</State>,
          t('run.since', { time: format.when(run.startedAt, nowMs) }),
          isActive(run)
            ? t('run.so-far', { time: format.stopwatch(runSeconds(run, nowMs)) })
            : t('run.took', { time: format.stopwatch(runSeconds(run, nowMs)) }),
          t('run.by', { who: run.who }),
        ]}
        actions={<RunActions run={run} />}
      />
      <PageBody>
        {run.outcome === 'interrupted' && <Interrupted run={run} />}
        {run.error !== undefined && (
          <div className="section">
            <ErrorNote error={run.error} />
          </div>
        )}
        <RunColumns run={run} />
      </PageBody>
    </>
  )
}

/** What was found stands first; while there is nothing yet, the steps do. */
function RunColumns({ run }: { readonly run: Run }) {
  const hasFindings = run.verdict.length > 0 || run.output.length > 0
  const command =
    run.talosctl === '' ? null : (
      <div className="section">
        <Command command={run.talosctl} />
      </div>
    )
  return hasFindings ? (
    <Columns>
      <div>
        <Verdict run={run} />
        <Output run={run} />
      </div>
      <div>
        <Steps run={run} />
        {command}
      </div>
    </Columns>
  ) : (
    <Columns>
      <Steps run={run} />
      {command}
    </Columns>
  )
}

function Verdict({ run }: { readonly run: Run }) {
  const { t } = useText()
  if (run.verdict.length === 0) return null
  return (
    <Section title={t('run.verdict')} remark={t('run.verdict.remark')}>
      <VerdictTable label={t('run.verdict')} rows={run.verdict} />
    </Section>
  )
}

function Output({ run }: { readonly run: Run }) {
  const { t, format } = useText()
  if (run.output.length === 0) return null
  return (
    <Section title={t('run.output')} remark={t('run.output.remark', { count: run.output.length })}>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="run-output" tabIndex={0} aria-label={t('run.output')}>
        {run.output.map((line, at) => (
          <div key={at}>
            <time>{format.time(line.at)}</time>
            {line.text}
          </div>
        ))}
      </pre>
    </Section>
  )
}

function Steps({ run }: { readonly run: Run }) {
  const text = useText()
  const nowMs = useNow()
  return (
    <Section title={text.t('run.steps')}>
      <Timeline label={text.t('run.steps')} stops={run.steps.map((step) => stopOf(step, text, nowMs))} />
    </Section>
  )
}

function MissingRun() {
  const { t } = useText()
  return (
    <PageBody>
      <div className="section">
        <EmptyState
          heading="h1"
          icon={NotebookText}
          title={t('runs.missing.title')}
          actions={
            <LinkButton size="small" href={hrefOf({ at: 'tasks' })}>
              {t('runs.all')}
            </LinkButton>
          }
        >
          {t('runs.missing.text')}
        </EmptyState>
      </div>
    </PageBody>
  )
}

function RunActions({ run }: { readonly run: Run }) {
  const { t } = useText()
  const announce = useAnnounce()
  const stop = useAction('runs.stop')
  const copy = useAction('runs.export')
  const [exported, setExported] = useState(false)
  return (
    <>
      {isActive(run) && run.stoppable && (
        <Button
          icon={OctagonPause}
          busy={stop.busy || stop.value !== undefined}
          onClick={() => {
            void stop.run({ runId: run.id })
          }}
        >
          {stop.value === undefined ? t('run.stop') : t('run.stopping')}
        </Button>
      )}
      <Button
        icon={FileOutput}
        busy={copy.busy}
        onClick={() => {
          void copy.run({ runId: run.id }).then(async (result) => {
            if (!result.ok) return
            await navigator.clipboard.writeText(result.value.markdown)
            setExported(true)
            announce(t('run.exported'))
          })
        }}
      >
        {exported ? t('run.exported') : t('run.export')}
      </Button>
      <LinkButton href={hrefOf({ at: 'node', context: run.context, node: run.node, tab: 'overview' })}>
        {t('run.open-node', { node: run.hostname })}
      </LinkButton>
      {stop.error !== undefined && <ErrorNote error={stop.error} />}
      {copy.error !== undefined && <ErrorNote error={copy.error} />}
    </>
  )
}

/** After a crash nothing is repeated: the person has the node read, or closes the run as it stands. */
function Interrupted({ run }: { readonly run: Run }) {
  const { t } = useText()
  const settle = useAction('runs.settle')
  return (
    <div className="section">
      <Note
        kind="decide"
        icon={OctagonPause}
        title={t('run.interrupted.title')}
        action={
          <Buttons>
            <Button
              kind="go"
              size="small"
              busy={settle.busy}
              onClick={() => {
                void settle.run({ runId: run.id, how: 'observe' })
              }}
            >
              {t('run.settle.observe')}
            </Button>
            <Button
              size="small"
              busy={settle.busy}
              onClick={() => {
                void settle.run({ runId: run.id, how: 'close' })
              }}
            >
              {t('run.settle.close')}
            </Button>
          </Buttons>
        }
      >
        {t('run.interrupted.text')}
      </Note>
      {settle.error !== undefined && <ErrorNote error={settle.error} />}
    </div>
  )
}

const STOP_STATES: Readonly<Record<RunStep['state'], StopState>> = {
  waiting: 'ahead',
  running: 'busy',
  done: 'done',
  failed: 'bad',
  skipped: 'ahead',
  unknown: 'gap',
}

function stopOf(step: RunStep, text: TextTools, nowMs: number): Stop {
  const { t, format } = text
  const seconds =
    step.startedAt === undefined
      ? undefined
      : ((step.endedAt === undefined ? nowMs : Date.parse(step.endedAt)) - Date.parse(step.startedAt)) / 1000
  const showsTime = step.endedAt !== undefined || step.state === 'running'
  return {
    id: step.id,
    state: STOP_STATES[step.state],
    at: step.startedAt === undefined ? undefined : format.time(step.startedAt),
    what: (
      <>
        {stepName(step, text)}
        {step.state !== 'done' && <span className="meta">, {t(`step.state.${step.state}`)}</span>}
        {step.detail !== undefined && <div className="meta">{step.detail}</div>}
      </>
    ),
    end: seconds === undefined || !showsTime ? undefined : format.stopwatch(seconds),
  }
}
