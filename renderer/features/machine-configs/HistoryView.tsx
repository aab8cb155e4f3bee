import { ChevronLeft, Download, FileDiff, History } from 'lucide-react'
import { useState } from 'react'
import type { HistoryEntry } from '#contract/machine-configs.ts'
import { ConfigDiff } from '../../editor/ConfigDiff.tsx'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote, ErrorState } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageHead } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { OUTCOME_KIND } from '../../ui/run-words.ts'
import { saveText } from '../../ui/save-text.ts'
import { State } from '../../ui/State.tsx'
import { useNow } from '../../ui/use-now.ts'
import type { NodePlace } from './use-draft.ts'

/** Every configuration that was read or sent, each beside what the node has now. */
export function HistoryView({
  place,
  name,
  nowHash,
  nowText,
  onBack,
  onRestore,
}: {
  readonly place: NodePlace
  readonly name: string
  readonly nowHash: string
  readonly nowText: string
  readonly onBack: () => void
  readonly onRestore: (text: string) => void
}) {
  const { t } = useText()
  const history = useQuery('machine-configs.history', { ...place })
  const [picked, setPicked] = useState<HistoryEntry>()
  // What was there before is what a person comes here for.
  const entries = history.value?.entries
  const newestNow = entries?.find((entry) => entry.hash === nowHash)
  const chosen = picked ?? entries?.find((entry) => entry.hash !== nowHash)
  const then = useQuery('machine-configs.history-text', chosen && { ...place, hash: chosen.hash })
  const thenText = then.busy ? undefined : then.value?.text
  const restore = useAction('machine-configs.restore')
  async function doRestore(hash: string) {
    const answer = await restore.run({ ...place, hash })
    if (answer.ok) onRestore(answer.value.text)
  }
  return (
    <>
      <PageHead
        title={t('history.title', { node: name })}
        below={[t('history.text'), t('history.export.text')]}
        actions={
          <>
            <Button icon={ChevronLeft} onClick={onBack}>
              {t('review.editor')}
            </Button>
            {chosen !== undefined && (
              <LinkButton
                icon={FileDiff}
                href={hrefOf({
                  at: 'compare',
                  context: place.context,
                  before: `history~${place.node}~${chosen.hash}`,
                  after: `active~${place.node}`,
                })}
              >
                {t('history.compare')}
              </LinkButton>
            )}
            <Button
              icon={Download}
              off={thenText === undefined ? t('history.choose') : undefined}
              onClick={() => {
                if (thenText !== undefined && chosen !== undefined) {
                  saveText(`${name}-${chosen.hash.slice(0, 12)}.yaml`, thenText, 'application/yaml')
                }
              }}
            >
              {t('history.export')}
            </Button>
            <Button
              kind="go"
              busy={restore.busy}
              off={thenText === undefined ? t('history.choose') : undefined}
              onClick={() => {
                if (chosen !== undefined) void doRestore(chosen.hash)
              }}
            >
              {t('history.restore')}
            </Button>
          </>
        }
      />
      {restore.error !== undefined && <ErrorNote error={restore.error} />}
      {history.error !== undefined && (
        <ErrorState error={history.error} actions={{ retry: history.reload }} />
      )}
      {entries?.length === 0 && (
        <EmptyState icon={History} title={t('history.title', { node: name })}>
          {t('history.none')}
        </EmptyState>
      )}
      {entries !== undefined && entries.length > 0 && (
        <div className="config-history">
          <nav className="config-outline" aria-label={t('history.entries')}>
            <ul>
              {entries.map((entry) => (
                <li key={`${entry.at} ${entry.hash}`}>
                  <EntryButton
                    entry={entry}
                    now={entry === newestNow ? 'now' : entry.hash === nowHash ? 'same' : undefined}
                    isChosen={entry === chosen}
                    onChoose={() => setPicked(entry)}
                  />
                </li>
              ))}
            </ul>
          </nav>
          <div className="config-main">
            {then.error !== undefined && <ErrorNote error={then.error} actions={{ retry: then.reload }} />}
            {chosen === undefined && (
              <EmptyState title={t('history.choose')}>{t('history.restore.text')}</EmptyState>
            )}
            {chosen !== undefined && thenText !== undefined && (
              <ConfigDiff
                before={thenText}
                after={nowText}
                beforeLabel={t('history.before')}
                afterLabel={t('history.after')}
              />
            )}
          </div>
        </div>
      )}
    </>
  )
}

function EntryButton({
  entry,
  now,
  isChosen,
  onChoose,
}: {
  readonly entry: HistoryEntry
  /** The newest one of what the node has now, or an older one of the same text. */
  readonly now: 'now' | 'same' | undefined
  readonly isChosen: boolean
  readonly onChoose: () => void
}) {
  const { t, format } = useText()
  const nowMs = useNow()
  return (
    <button
      type="button"
      className="config-outline-entry config-history-entry"
      aria-current={isChosen || undefined}
      onClick={onChoose}
    >
      <span>
        {t(`history.why.${entry.why}`)}
        {now !== undefined && <span className="dim">, {t(`history.${now}`)}</span>}
      </span>
      <small>
        {format.when(entry.at, nowMs)}, {entry.who}
      </small>
      {entry.outcome !== undefined && (
        <small>
          <State kind={OUTCOME_KIND[entry.outcome]}>{t(`outcome.${entry.outcome}`)}</State>
        </small>
      )}
      <small className="mono">{entry.hash.slice(0, 12)}</small>
    </button>
  )
}
