import type { ApplyMode, Review } from '#contract/machine-configs.ts'
import type { WireError } from '#contract/wire-error.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Command } from '../../ui/Command.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Tick } from '../../ui/Tick.tsx'
import type { RemedyActions } from '../../ui/remedies.tsx'
import { DryRunPart } from './DryRunPart.tsx'
import type { NodePlace } from './use-draft.ts'

/** How a review is to be sent; kept while the person goes back and forth. */
export interface SendChoice {
  readonly mode: ApplyMode | undefined
  readonly minutes: number
  readonly accepted: ReadonlySet<string>
}

export const FIRST_MINUTES = 2
const MOST_MINUTES = 10

/** A mode as its button names it: by what it does. */
function modeTitle(mode: ApplyMode, minutes: number, { t }: TextTools): string {
  return mode === 'try' ? t('send.try', { count: minutes }) : t(`send.${mode}`)
}

/** What still keeps a review from being sent, said as a sentence; `undefined` when nothing does. */
export function whatBlocks(
  review: Review,
  choice: SendChoice,
  { busyNode, staged }: { readonly busyNode: boolean; readonly staged: boolean },
  { t }: TextTools,
): string | undefined {
  const errors = review.problems.filter((problem) => problem.severity === 'error').length
  const open = review.toAccept.filter((one) => !choice.accepted.has(one.id)).length
  // With something staged, sending what runs now takes it back.
  if (review.table.counts.all === 0 && !staged) return t('send.blocked.none')
  if (review.stops.length > 0) return t('send.blocked.stop')
  if (busyNode) return t('send.blocked.running')
  if (errors > 0) return t('send.blocked.errors', { count: errors })
  if (choice.mode === undefined) return t('send.blocked.mode')
  if (open > 0) return t('send.blocked.accept', { count: open })
  return undefined
}

export function SendRail({
  place,
  name,
  review,
  choice,
  onChoice,
  blocked,
  tryPending,
  staged,
  neverTells,
  sending,
  error,
  remedies,
  onSend,
}: {
  readonly place: NodePlace
  readonly name: string
  readonly review: Review
  readonly choice: SendChoice
  readonly onChoice: (choice: SendChoice) => void
  readonly blocked: string | undefined
  readonly tryPending: boolean
  readonly staged: boolean
  readonly neverTells: boolean
  readonly sending: boolean
  readonly error: WireError | undefined
  readonly remedies: RemedyActions
  readonly onSend: () => void
}) {
  const text = useText()
  const { t } = text
  const { mode, minutes, accepted } = choice
  return (
    <aside className="config-rail" aria-label={t('send.title')}>
      {/* Focusable, so that the keyboard can scroll it. */}
      <div className="config-rail-body" tabIndex={-1}>
        <h2 className="label">{t('send.title')}</h2>
        <Choice
          label={t('send.title')}
          value={mode}
          onChange={(next) => onChoice({ ...choice, mode: next })}
          options={review.modes.map((one) => ({
            value: one.mode,
            title: modeTitle(one.mode, minutes, text),
            reason: text.fill(`send.reason.${one.reason}`, { node: name }),
            refused: !one.offered,
          }))}
        />
        {mode === 'try' && (
          <Minutes minutes={minutes} onChange={(next) => onChoice({ ...choice, minutes: next })} />
        )}
        <h2 className="label">{t('dry-run.title')}</h2>
        <DryRunPart
          key={`${review.reviewId} ${mode ?? ''}`}
          place={place}
          review={review}
          mode={mode}
          locked={tryPending}
          safe={!staged}
          neverTells={neverTells}
        />
        {review.toAccept.length > 0 && (
          <>
            <h2 className="label">{t('send.accept')}</h2>
            {review.toAccept.map(({ id, risk, subject }) => (
              <Tick
                key={id}
                checked={accepted.has(id)}
                onChange={(on) => onChoice({ ...choice, accepted: withTick(accepted, id, on) })}
                reason={t(`risk.${risk}.why`)}
              >
                <b className="strong">{subject}</b>: {t(`risk.${risk}`)}
              </Tick>
            ))}
          </>
        )}
        {mode !== undefined && <Command command={withTimeout(review.talosctl[mode], minutes)} />}
      </div>
      <div className="config-rail-foot">
        {error !== undefined && <ErrorNote error={error} actions={remedies} />}
        <Button kind="go" size="large" busy={sending} off={blocked} onClick={onSend}>
          {mode === undefined ? t('send.blocked.mode') : modeTitle(mode, minutes, text)}
        </Button>
        <span className="meta">{blocked ?? `${t('send.nothing-yet')} ${t('send.kept')}`}</span>
      </div>
    </aside>
  )
}

/** Main wrote the command before the minutes were chosen. */
function withTimeout(command: string, minutes: number): string {
  return command.replace(/--timeout=\S+/, `--timeout=${String(minutes)}m`)
}

function withTick(accepted: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(accepted)
  if (on) next.add(id)
  else next.delete(id)
  return next
}

function Minutes({
  minutes,
  onChange,
}: {
  readonly minutes: number
  readonly onChange: (minutes: number) => void
}) {
  const { t } = useText()
  return (
    <label className="config-minutes">
      <span className="meta">{t('send.minutes')}</span>
      <input
        type="range"
        min={1}
        max={MOST_MINUTES}
        step={1}
        value={minutes}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output>{minutes}</output>
    </label>
  )
}
