import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import type { RolloutPart, RolloutReview } from '#contract/config-rollout.ts'
import type { ApplyMode } from '#contract/machine-configs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { navigate } from '../../ui/route.ts'
import { Tick } from '../../ui/Tick.tsx'
import { ChangeList } from './ChangeList.tsx'
import { commonRows } from './common-rows.ts'

/** Every node's own table: what is the same on all stands once, what differs stands with its node. */
export function SeveralReview({
  context,
  from,
  reviewed,
  onBack,
}: {
  readonly context: string
  /** Where the change comes from, as a sentence. */
  readonly from: string
  readonly reviewed: RolloutReview
  readonly onBack: () => void
}) {
  const { t, fill } = useText()
  const apply = useAction('machine-configs.apply-many')
  const [mode, setMode] = useState<ApplyMode | undefined>(reviewed.preselected)
  const [accepted, setAccepted] = useState<ReadonlySet<string>>(new Set())
  const parts = reviewed.parts.filter((part) => part.review !== undefined && !part.unchanged)
  const { same, own } = commonRows(parts)
  const toAccept = distinctById(parts.flatMap((part) => part.review?.toAccept ?? []))
  const open = toAccept.filter(({ id }) => !accepted.has(id)).length
  const errors = parts
    .flatMap((part) => part.review?.problems ?? [])
    .filter((one) => one.severity === 'error')
  const blocked =
    parts.length === 0
      ? t('several.nothing')
      : errors.length > 0
        ? t('send.blocked.errors', { count: errors.length })
        : mode === undefined
          ? t('send.blocked.mode')
          : open > 0
            ? t('send.blocked.accept', { count: open })
            : undefined

  async function send() {
    if (mode === undefined || mode === 'try') return
    const answer = await apply.run({
      context,
      mode,
      parts: parts.flatMap(({ node, review }) =>
        review === undefined
          ? []
          : [
              {
                node,
                reviewId: review.reviewId,
                accepted: review.toAccept.map(({ id }) => id).filter((id) => accepted.has(id)),
              },
            ],
      ),
    })
    if (answer.ok) navigate({ at: 'run', id: answer.value.runId })
  }
  return (
    <div className="config-split">
      <div className="config-pane">
        <PageHead
          title={t('several.reviewed', { count: parts.length })}
          below={[from]}
          actions={
            <Button icon={ChevronLeft} onClick={onBack}>
              {t('several.back')}
            </Button>
          }
        />
        <PageBody>
          {same.length > 0 && (
            <Section title={t('several.same', { count: parts.length })}>
              <ChangeList groups={same} moment="review" />
            </Section>
          )}
          {parts.length === 0 && (
            <EmptyState title={t('several.nothing')}>{t('several.nothing.text')}</EmptyState>
          )}
          {reviewed.parts.map((part) => (
            <PartSection key={part.node} part={part} groups={own.get(part.node) ?? []} />
          ))}
        </PageBody>
      </div>
      <aside className="config-rail" aria-label={t('send.title')}>
        <div className="config-rail-body" tabIndex={-1}>
          <h2 className="label">{t('send.title')}</h2>
          <Choice
            label={t('send.title')}
            value={mode}
            onChange={setMode}
            options={reviewed.modes.map((one) => ({
              value: one.mode,
              title: one.mode === 'try' ? '' : t(`send.${one.mode}`),
              reason: fill(`send.reason.${one.reason}`, { node: t('several.each') }),
              refused: !one.offered,
            }))}
          />
          {reviewed.touchesNetwork && (
            <Note kind="decide" title={t('several.network')}>
              {t('several.network.text')}
            </Note>
          )}
          {toAccept.length > 0 && <h2 className="label">{t('send.accept')}</h2>}
          {toAccept.map(({ id, risk, subject }) => (
            <Tick
              key={id}
              checked={accepted.has(id)}
              onChange={(on) => {
                const next = new Set(accepted)
                if (on) next.add(id)
                else next.delete(id)
                setAccepted(next)
              }}
              reason={t(`risk.${risk}.why`)}
            >
              <b className="strong">{subject}</b>: {t(`risk.${risk}`)}
            </Tick>
          ))}
        </div>
        <div className="config-rail-foot">
          {apply.error !== undefined && <ErrorNote error={apply.error} actions={{ reload: onBack }} />}
          <Button kind="go" size="large" busy={apply.busy} off={blocked} onClick={() => void send()}>
            {t('several.send', { count: parts.length })}
          </Button>
          <span className="meta">{blocked ?? t('several.order')}</span>
        </div>
      </aside>
    </div>
  )
}

function PartSection({
  part,
  groups,
}: {
  readonly part: RolloutPart
  readonly groups: Parameters<typeof ChangeList>[0]['groups']
}) {
  const { t } = useText()
  const version = part.talosVersion === undefined ? '' : `Talos ${plainVersion(part.talosVersion)}`
  return (
    <Section title={part.hostname} remark={version}>
      {part.error !== undefined && <ErrorNote error={part.error} />}
      {part.left.length > 0 && (
        <Note kind="decide" title={t('several.left', { count: part.left.length })}>
          <ul className="several-left">
            {part.left.map(({ document, path, why }) => (
              <li key={`${document} ${path}`}>
                <span className="mono">{path === '' ? document : path}</span>: {t(`several.left.${why}`)}
              </li>
            ))}
          </ul>
        </Note>
      )}
      {part.unchanged && <p className="dim">{t('several.unchanged')}</p>}
      {groups.length > 0 && <ChangeList groups={groups} moment="review" />}
      {groups.length === 0 && !part.unchanged && part.error === undefined && (
        <p className="dim">{t('several.only-same')}</p>
      )}
    </Section>
  )
}

function distinctById<T extends { readonly id: string }>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((one) => [one.id, one])).values()]
}
