import { FileDown, FileOutput, Hourglass, NotebookText, OctagonPause } from 'lucide-react'
import { useLayoutEffect, useRef, useState } from 'react'
import type { Run, RunNode } from '#contract/runs.ts'
import { isActive, isOnTrial } from '../../ipc/stores/runs-store.ts'
import { useAction } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button, Buttons, LinkButton } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { saveText } from '../../ui/save-text.ts'
import { runPlace, runSeconds, runTitle, runVerdict } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { useNow } from '../../ui/use-now.ts'
import { VerdictTable } from '../../ui/VerdictTable.tsx'
import { NextSteps } from './NextSteps.tsx'
import { RunLine } from './RunLine.tsx'
import { RunNodes } from './RunNodes.tsx'
import { QuestionPanel } from './QuestionPanel.tsx'
import { RollingView } from './RollingView.tsx'
import { isOfCluster, isRolling } from './run-parts.ts'
import { StopButtons } from './StopButtons.tsx'
import './tasks.css'

/** A run whole: what it did step by step, what was read back, what the node wrote. */
export function RunPage({ run }: { readonly run: Run | undefined }) {
  const text = useText()
  const { t, format } = text
  const nowMs = useNow()
  if (run === undefined) return <MissingRun />
  const verdict = runVerdict(run, text, nowMs, true)
  return (
    <>
      <PageHead
        title={`${runTitle(run, text)}, ${runPlace(run, text)}`}
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
        {run.outcome === 'interrupted' && run.endedAt === undefined && <Interrupted run={run} />}
        {run.trial !== undefined && isOnTrial(run) && <OnTrial run={run} revertsAt={run.trial.revertsAt} />}
        {run.error !== undefined && (
          <div className="section">
            <ErrorNote error={run.error} />
          </div>
        )}
        <NextSteps run={run} />
        {run.question !== undefined && (
          <QuestionPanel key={run.question.id} run={run} question={run.question} />
        )}
        {isRolling(run) ? (
          <RollingColumns run={run} nowMs={nowMs} />
        ) : (
          <>
            {run.nodes === undefined || run.nodes.length === 1 ? (
              <div className="section">
                <RunLine steps={run.steps} />
              </div>
            ) : (
              <RunNodes run={run} />
            )}
            <RunColumns run={run} />
          </>
        )}
      </PageBody>
    </>
  )
}

function RollingColumns({
  run,
  nowMs,
}: {
  readonly run: Run & { readonly nodes: readonly RunNode[] }
  readonly nowMs: number
}) {
  const { t } = useText()
  const going = isActive(run)
  return (
    <>
      <RollingView run={run} nowMs={nowMs} going={going} />
      {run.output.length > 0 && <Output run={run} following={going} />}
      <Section title={t('rolling.talosctl')}>
        <Command command={run.talosctl} />
      </Section>
    </>
  )
}

/** While it runs: what the node writes, beside what has to be found. Afterwards what was found stands first. */
function RunColumns({ run }: { readonly run: Run }) {
  const going = isActive(run)
  const command =
    run.talosctl === '' ? null : (
      <div className="section">
        <Command command={run.talosctl} />
      </div>
    )
  const verdict = run.verdict.length === 0 ? null : <Verdict run={run} going={going} />
  const output = run.output.length === 0 ? null : <Output run={run} following={going} />
  if (verdict === null && output === null) return command
  if (run.nodes !== undefined) {
    return (
      <>
        {verdict}
        {output}
        {command}
      </>
    )
  }
  const [first, second] =
    going && output !== null ? [output, verdict] : [verdict ?? output, verdict && output]
  return (
    <div className="run-columns">
      <div>{first}</div>
      <div>
        {second}
        {command}
      </div>
    </div>
  )
}

function Verdict({ run, going }: { readonly run: Run; readonly going: boolean }) {
  const { t } = useText()
  return (
    <Section
      title={t(going ? 'run.expected' : 'run.verdict')}
      remark={t(going ? 'run.expected.remark' : 'run.verdict.remark')}
    >
      <VerdictTable
        label={t(going ? 'run.expected' : 'run.verdict')}
        rows={run.verdict}
        nodes={run.nodes}
        pending={going}
      />
    </Section>
  )
}

/** `following`: the newest line stays in sight, unless the person scrolled up to read. */
function Output({ run, following }: { readonly run: Run; readonly following: boolean }) {
  const { t, format } = useText()
  const box = useRef<HTMLPreElement>(null)
  const isAtEnd = useRef(true)
  const lines = run.output.length
  useLayoutEffect(() => {
    if (following && isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [following, lines])
  return (
    <Section title={t('run.output')} remark={t('run.output.remark', { count: lines })}>
      <pre
        ref={box}
        className="run-output"
        // Focusable, so that the keyboard can scroll it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={t('run.output')}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 20
        }}
      >
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
  const copy = useAction('runs.export')
  const save = useAction('runs.export')
  const [exported, setExported] = useState(false)
  return (
    <>
      {isActive(run) && run.stoppable && <StopButtons run={run} />}
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
      <Button
        icon={FileDown}
        busy={save.busy}
        onClick={() => {
          void save.run({ runId: run.id }).then((result) => {
            if (!result.ok) return
            const day = run.startedAt.slice(0, 10)
            saveText(`${run.hostname}-${run.kind}-${day}.md`, result.value.markdown, 'text/markdown')
            announce(t('save.done'))
          })
        }}
      >
        {t('runs.save')}
      </Button>
      <LinkButton href={hrefOf({ at: 'node', context: run.context, node: run.node, tab: 'overview' })}>
        {t('run.open-node', { node: run.hostname })}
      </LinkButton>
      {copy.error !== undefined && <ErrorNote error={copy.error} />}
    </>
  )
}

/** The decision itself is taken beside the clock, on the node's page. */
function OnTrial({ run, revertsAt }: { readonly run: Run; readonly revertsAt: string }) {
  const { t, format } = useText()
  return (
    <div className="section">
      <Note
        kind="decide"
        icon={Hourglass}
        title={t('fleet.wait.try', { node: run.hostname })}
        action={
          <LinkButton
            kind="go"
            size="small"
            href={hrefOf({ at: 'node', context: run.context, node: run.node, tab: 'configuration' })}
          >
            {t('fleet.open-try')}
          </LinkButton>
        }
      >
        {t('fleet.wait.try.why', { time: format.time(revertsAt) })}
      </Note>
    </div>
  )
}

/** After a crash nothing is repeated: the person has the node read, or closes the run as it stands. */
function Interrupted({ run }: { readonly run: Run }) {
  const { t } = useText()
  const settle = useAction('runs.settle')
  const ofCluster = isOfCluster(run)
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
              {t(ofCluster ? 'run.settle.observe.cluster' : 'run.settle.observe')}
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
        {t(ofCluster ? 'run.interrupted.cluster' : 'run.interrupted.text')}
      </Note>
      {settle.error !== undefined && <ErrorNote error={settle.error} />}
    </div>
  )
}
