import { useCallback, useState } from 'react'
import type { ConfigForEditing, Review } from '#contract/machine-configs.ts'
import type { TextPosition, WireError } from '#contract/wire-error.ts'
import { toLines } from '../../editor/line-changes.ts'
import { problemOfRefusal, type EditorProblem } from '../../editor/problems.ts'
import { selectActiveRun, selectLostTrial, selectRun } from '../../ipc/stores/runs-store.ts'
import { useRuns } from '../../ipc/stores/stores-context.ts'
import { useAction } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { navigate } from '../../ui/route.ts'
import { ConfigNotes } from './ConfigNotes.tsx'
import { EditView } from './EditView.tsx'
import { HistoryView } from './HistoryView.tsx'
import { InsertView } from './insert/InsertView.tsx'
import { ReviewView } from './ReviewView.tsx'
import { LostTry } from './LostTry.tsx'
import { MergeView } from './MergeView.tsx'
import { RunView } from './RunView.tsx'
import { FIRST_MINUTES, type SendChoice } from './SendRail.tsx'
import { useDraft, useReview, type NodePlace } from './use-draft.ts'

type View =
  | { readonly kind: 'edit'; readonly at?: TextPosition | undefined }
  | { readonly kind: 'review'; readonly review: Review; readonly choice: SendChoice }
  | { readonly kind: 'run'; readonly runId: string; readonly review?: Review }
  | { readonly kind: 'history' }
  | { readonly kind: 'merge' }
  | { readonly kind: 'insert' }

/** One reading of a node's configuration and everything that is done with it. */
export function ConfigDesk({
  place,
  name,
  config,
  onReload,
}: {
  readonly place: NodePlace
  readonly name: string
  readonly config: ConfigForEditing
  /** Reads the node again and begins anew; the draft stays on this computer. */
  readonly onReload: () => void
}) {
  const { t } = useText()
  const announce = useAnnounce()
  const draft = useDraft(place, config)
  const { busy: reviewing, ask } = useReview(place)
  const apply = useAction('machine-configs.apply')
  const active = useRuns(selectActiveRun(place.context, place.node))
  const lost = useRuns(selectLostTrial(place.context, place.node))
  const [view, setView] = useState<View>({ kind: 'edit' })
  const showRun = useCallback((runId: string) => setView({ kind: 'run', runId }), [])
  const [error, setError] = useState<WireError>()
  const [refusals, setRefusals] = useState<readonly EditorProblem[]>([])
  const shownRun = useRuns(selectRun(view.kind === 'run' ? view.runId : undefined))

  // A try that was left for another screen, or for another window, is what this page is about.
  if (active?.kind === 'apply' && active.nodes === undefined && view.kind !== 'run') {
    setView({ kind: 'run', runId: active.id })
  }

  async function review(text: string) {
    setError(undefined)
    draft.setText(text)
    await draft.flush()
    const answer = await ask(text)
    if ('review' in answer) {
      const { review: table } = answer
      apply.clear()
      setView((before) => ({
        kind: 'review',
        review: table,
        choice: before.kind === 'review' ? keepChoice(before.choice, table) : firstChoice(table),
      }))
      return
    }
    setError(answer.error)
    if (answer.error.at !== undefined) setView({ kind: 'edit', at: answer.error.at })
  }

  function showRefusal(refused: WireError, text: string) {
    const problem = problemOfRefusal(refused.message, toLines(text), refused.at)
    setRefusals([{ ...problem, code: refused.code }])
    setView({ kind: 'edit', at: problem.from })
  }

  async function send(of: Extract<View, { kind: 'review' }>) {
    const { mode, minutes, accepted } = of.choice
    if (mode === undefined) return
    const answer = await apply.run({
      ...place,
      reviewId: of.review.reviewId,
      mode,
      ...(mode === 'try' ? { trySeconds: minutes * 60 } : {}),
      accepted: of.review.toAccept.map((one) => one.id).filter((id) => accepted.has(id)),
    })
    if (answer.ok) setView({ kind: 'run', runId: answer.value.runId, review: of.review })
  }

  switch (view.kind) {
    case 'edit':
      return (
        <EditView
          place={place}
          name={name}
          config={config}
          draft={{
            ...draft,
            setText: (text) => {
              // What the node said was about the text as it was sent.
              if (text !== draft.text) {
                setRefusals([])
                setError(undefined)
              }
              draft.setText(text)
            },
          }}
          refusals={refusals}
          startAt={view.at}
          reviewing={reviewing}
          onReview={(text) => void review(text)}
          onHistory={() => setView({ kind: 'history' })}
          onInsert={() => setView({ kind: 'insert' })}
          notes={
            <ConfigNotes
              name={name}
              config={config}
              active={active}
              lostTry={
                lost?.trial === undefined ? undefined : (
                  <LostTry run={{ ...lost, trial: lost.trial }} onSettled={showRun} />
                )
              }
              onStaged={() =>
                navigate({
                  at: 'compare',
                  context: place.context,
                  before: `active~${place.node}`,
                  after: `persistent~${place.node}`,
                })
              }
              onMerge={() => void draft.flush().then(() => setView({ kind: 'merge' }))}
              error={
                error === undefined ? undefined : (
                  <ErrorNote error={error} actions={{ reload: onReload, 'read-node': onReload }} />
                )
              }
            />
          }
        />
      )
    case 'review':
      return (
        <ReviewView
          place={place}
          name={name}
          review={view.review}
          staged={config.persistent !== undefined}
          tryPending={view.review.modes.some((one) => one.reason === 'try-pending')}
          neverTells={tellsNothing(config.talosVersion)}
          busyNode={active !== undefined}
          choice={view.choice}
          onChoice={(choice) => setView({ ...view, choice })}
          sending={apply.busy}
          error={apply.error ?? error}
          remedies={{
            reload: () => void review(draft.text),
            'fix-draft': (refused) => showRefusal(refused, draft.text),
          }}
          onBack={(at) => setView({ kind: 'edit', at })}
          onUndo={(text) => void review(text)}
          onSend={() => void send(view)}
        />
      )
    case 'run':
      return (
        <RunView
          run={shownRun}
          review={view.review}
          onBack={() => void (shownRun?.outcome === 'proven' ? draft.drop() : draft.flush()).then(onReload)}
          onShow={(refused) => showRefusal(refused, draft.text)}
        />
      )
    case 'history':
      return (
        <HistoryView
          place={place}
          name={name}
          nowHash={draft.base.hash}
          nowText={draft.base.text}
          onBack={() => setView({ kind: 'edit' })}
          onRestore={(text) => {
            draft.setText(text)
            void draft.flush()
            setView({ kind: 'edit' })
          }}
        />
      )
    case 'insert':
      return (
        <InsertView
          place={place}
          name={name}
          text={draft.text}
          onBack={() => setView({ kind: 'edit' })}
          onDraft={(text) => {
            setRefusals([])
            draft.setText(text)
            void draft.flush()
            announce(t('insert.done'))
            setView({ kind: 'edit' })
          }}
        />
      )
    case 'merge':
      return (
        <MergeView
          place={place}
          name={name}
          text={draft.text}
          baseHash={config.draft?.baseHash ?? draft.base.hash}
          onBack={() => setView({ kind: 'edit' })}
          onMerged={onReload}
        />
      )
  }
}

function firstChoice(review: Review): SendChoice {
  return { mode: offered(review, review.preselected), minutes: FIRST_MINUTES, accepted: new Set() }
}

/** A new table may refuse what was chosen, and what it asks to accept is asked anew unless it is the same. */
function keepChoice(choice: SendChoice, review: Review): SendChoice {
  const asked = new Set(review.toAccept.map((one) => one.id))
  return {
    mode: (choice.mode && offered(review, choice.mode)) ?? offered(review, review.preselected),
    minutes: choice.minutes,
    accepted: new Set([...choice.accepted].filter((id) => asked.has(id))),
  }
}

function offered(review: Review, mode: SendChoice['mode']): SendChoice['mode'] {
  return review.modes.find((one) => one.mode === mode && one.offered)?.mode
}

/** Since 1.14 a dry run no longer says that a change waits for a reboot (behaviour.md §4.2). */
function tellsNothing(talosVersion: string): boolean {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(talosVersion) ?? []
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 14)
}
