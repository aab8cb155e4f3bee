import { useEffect, useState } from 'react'
import type { ApplyMode, DryRun, Review } from '#contract/machine-configs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import type { NodePlace } from './use-draft.ts'

/**
 * The node's reading beside ours, asked by itself where that is safe: with active and disk the same nobody's try can
 * be running. Else on request, and never while a try of ours runs: it would stop its timer.
 */
export function DryRunPart({
  place,
  review,
  mode,
  locked,
  safe,
  neverTells,
}: {
  readonly place: NodePlace
  readonly review: Review
  readonly mode: ApplyMode | undefined
  readonly locked: boolean
  /** The config on disk is the active one. */
  readonly safe: boolean
  readonly neverTells: boolean
}) {
  const { t } = useText()
  const ask = useAction('machine-configs.dry-run')
  const dryRun = ask.value
  const { context, node } = place
  const { run } = ask
  useEffect(() => {
    if (safe && !locked && mode !== undefined) void run({ context, node, reviewId: review.reviewId, mode })
  }, [run, safe, locked, context, node, review.reviewId, mode])
  return (
    <>
      {dryRun === undefined ? (
        <Button
          size="small"
          busy={ask.busy}
          off={locked ? t('dry-run.locked') : mode === undefined ? t('send.blocked.mode') : undefined}
          onClick={() => {
            // A try has no dry run of its own: what it would do is what applying without a reboot would.
            if (mode !== undefined) void ask.run({ ...place, reviewId: review.reviewId, mode })
          }}
        >
          {ask.busy ? t('dry-run.asking') : t('dry-run.ask')}
        </Button>
      ) : (
        <Compared review={review} dryRun={dryRun} neverTells={neverTells} mode={mode} />
      )}
      {ask.error?.code === 'config-refused' && !expectsRefusal(review, mode) && (
        <Note kind="decide" title={t('dry-run.refused-unexpected.title')} urgent />
      )}
      {ask.error !== undefined && <ErrorNote error={ask.error} />}
    </>
  )
}

/** Our own tables, or the problems of the draft, say that the node will not take it. */
function expectsRefusal(review: Review, mode: ApplyMode | undefined): boolean {
  return (
    review.table.counts.rejected > 0 ||
    review.problems.some(({ severity }) => severity === 'error') ||
    review.modes.some((one) => one.mode === mode && one.reason === 'refused-needs-reboot')
  )
}

function Compared({
  review,
  dryRun,
  neverTells,
  mode,
}: {
  readonly review: Review
  readonly dryRun: DryRun
  readonly neverTells: boolean
  readonly mode: ApplyMode | undefined
}) {
  const text = useText()
  const { t } = text
  const [reading, setReading] = useState(false)
  const { table } = review
  const ourNow = expectedWord(dryRun.expected, text)
  const nodeNow = modeWord(dryRun.mode, text)
  // What is only stored waits whole, whatever it would cost to apply.
  const waiting = (mode ?? dryRun.mode) === 'staged' ? table.counts.all : table.counts.reboot
  return (
    <>
      {!dryRun.effectAgrees && (
        <Note kind="decide" title={t('dry-run.effect-disagrees.title')} urgent>
          {t('dry-run.effect-disagrees.text', { ours: ourNow, node: nodeNow })}
        </Note>
      )}
      {!dryRun.agrees && (
        <Note kind="decide" title={t('dry-run.disagrees.title')} urgent>
          {t('dry-run.disagrees.text')}
        </Note>
      )}
      <Table label={t('dry-run.title')} dense>
        <thead>
          <tr>
            <HeadCell spoken={t('verdict.fact')} />
            <HeadCell tint="after">{t('dry-run.ichor')}</HeadCell>
            <HeadCell>{t('dry-run.node')}</HeadCell>
            <HeadCell spoken={t('verdict.verdict')} />
          </tr>
        </thead>
        <tbody>
          <Row>
            <NameCell>{t('dry-run.lines')}</NameCell>
            <Cell tint="after">{lineCounts(table)}</Cell>
            <Cell bad={!dryRun.agrees}>{lineCounts(dryRun)}</Cell>
            <Cell number>
              <Same same={dryRun.agrees} />
            </Cell>
          </Row>
          <Row>
            <NameCell>{t('dry-run.now')}</NameCell>
            <Cell tint="after">{ourNow}</Cell>
            <Cell bad={!dryRun.effectAgrees}>{nodeNow}</Cell>
            <Cell number>
              {dryRun.expected === 'unknown' ? (
                <State kind="unknown">
                  <span className="spoken">{t('unknown')}</span>
                </State>
              ) : (
                <Same same={dryRun.effectAgrees} />
              )}
            </Cell>
          </Row>
          <Row>
            <NameCell>{t('dry-run.later')}</NameCell>
            <Cell tint="after">
              {waiting === 0 ? t('dry-run.nothing-waits') : t('dry-run.waits', { count: waiting })}
            </Cell>
            <Cell>
              <span className="state-unknown">{t('dry-run.does-not-say')}</span>
            </Cell>
            <Cell number>
              <State kind="unknown">
                <span className="spoken">{t('unknown')}</span>
              </State>
            </Cell>
          </Row>
        </tbody>
      </Table>
      <p className="meta">
        {neverTells && `${t('dry-run.never-tells')} `}
        <button type="button" className="config-link" onClick={() => setReading(true)}>
          {t('dry-run.read')}
        </button>
      </p>
      <Dialog open={reading} wide onClose={() => setReading(false)} title={t('dry-run.diff')}>
        <p className="dim">{dryRun.summary}</p>
        {/* Focusable, so that the keyboard can scroll it. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className="config-diff-text" tabIndex={0} aria-label={t('dry-run.diff')}>
          {dryRun.diff}
        </pre>
      </Dialog>
    </>
  )
}

function lineCounts(counts: { readonly linesAdded: number; readonly linesRemoved: number }): string {
  return `+${String(counts.linesAdded)} −${String(counts.linesRemoved)}`
}

/** What our own tables expect of the node. */
function expectedWord(expected: DryRun['expected'], text: TextTools): string {
  if (expected === 'refused') return text.t('dry-run.refuses')
  return expected === 'unknown' ? text.t('unknown') : modeWord(expected, text)
}

function modeWord(mode: ApplyMode, { t }: TextTools): string {
  switch (mode) {
    case 'reboot':
      return t('dry-run.reboots')
    case 'staged':
      return t('dry-run.stored')
    case 'auto':
    case 'no-reboot':
    case 'try':
      return t('dry-run.no-reboot')
  }
}

function Same({ same }: { readonly same: boolean }) {
  const { t } = useText()
  return (
    <State kind={same ? 'proven' : 'decide'}>
      <span className={same ? 'spoken' : undefined}>{same ? t('dry-run.same') : t('dry-run.differs')}</span>
    </State>
  )
}
