import { FilePlus, History, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { ConfigForEditing } from '#contract/machine-configs.ts'
import type { TextPosition, WireError } from '#contract/wire-error.ts'
import type { ConfigEditor } from '../../editor/config-editor.ts'
import type { EditorTexts } from '../../editor/decorations.ts'
import { MachineConfigEditor } from '../../editor/MachineConfigEditor.tsx'
import { outlineOf, type Outline } from '../../editor/outline.ts'
import type { EditorProblem } from '../../editor/problems.ts'
import { useTalosClient } from '../../ipc/client-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { NodeTabs } from '../../ui/NodeTabs.tsx'
import { PageHead } from '../../ui/Page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { createCursorStore } from './cursor-store.ts'
import { DiscardDialog } from './DiscardDialog.tsx'
import { DraftStateWord } from './DraftStateWord.tsx'
import { EditStatus } from './EditStatus.tsx'
import { useOrigins } from './insert/use-origins.ts'
import { OutlineNav } from './OutlineNav.tsx'
import { nextProblem, problemSentence } from './problem-words.ts'
import { ProblemsPanel } from './ProblemsPanel.tsx'
import { useFields } from './use-fields.ts'
import { useChangeCounts, useProblems, type NodePlace, type useDraft } from './use-draft.ts'

/** The draft in the editor, its documents on the left, its problems below. */
export function EditView({
  place,
  name,
  config,
  draft,
  refusals,
  startAt,
  notes,
  reviewing,
  onReview,
  onHistory,
  onInsert,
}: {
  readonly place: NodePlace
  readonly name: string
  readonly config: ConfigForEditing
  readonly draft: ReturnType<typeof useDraft>
  /** What the node said when it refused this very text. */
  readonly refusals: readonly EditorProblem[]
  /** Where to put the cursor when the editor stands. */
  readonly startAt: TextPosition | undefined
  readonly notes: ReactNode
  readonly reviewing: boolean
  readonly onReview: (text: string) => void
  readonly onHistory: () => void
  readonly onInsert: () => void
}) {
  const text = useText()
  const { t, format } = text
  const client = useTalosClient()
  const announce = useAnnounce()
  const editor = useRef<ConfigEditor | undefined>(undefined)
  const schema = useQuery('machine-configs.schema', { version: config.schemaVersion })
  const [cursor] = useState(() => createCursorStore(startAt ?? { line: 1, column: 1 }))
  const [outline, setOutline] = useState<Outline>(() => outlineOf(draft.base.text, draft.text))
  const [problems, setProblems] = useState<readonly EditorProblem[]>([])
  const [revealError, setRevealError] = useState<WireError>()
  const [discarding, setDiscarding] = useState(false)
  const found = useProblems(place, draft.text)
  const origins = useOrigins(place, draft.text)
  const fields = useFields(place, config.talosVersion)
  // What waits on the disk can be reviewed, and sent, without another change.
  const isNothing = draft.isSame && config.persistent === undefined
  const counts = useChangeCounts(place, draft.text, isNothing)
  const own = useMemo(() => [...refusals, ...found], [refusals, found])

  const texts = useMemo(
    (): EditorTexts => ({
      label: t('config.editor', { node: name }),
      leaveNote: t('config.editor.leave'),
      onTheNode: t('config.editor.on-the-node'),
      removedHere: t('config.editor.removed-here'),
      addedHere: t('config.editor.added-here'),
      oneOf: t('config.editor.one-of'),
      aboutKey: t('config.editor.about-key'),
      newDocument: t('config.editor.new-document'),
      secretHidden: t('config.editor.secret'),
      revealSecret: t('config.editor.reveal'),
    }),
    [t, name],
  )

  async function reveal(placeholder: string): Promise<string | undefined> {
    const answer = await client.call('machine-configs.reveal', { ...place, placeholder })
    setRevealError(answer.ok ? undefined : answer.error)
    if (!answer.ok) return undefined
    announce(t('config.revealed'))
    return answer.value.value
  }
  const { move } = fields
  const mend = useCallback(
    (problem: EditorProblem) => {
      const made = editor.current
      if (made === undefined) return
      if (problem.move === undefined) {
        made.mend(problem)
        return
      }
      void move(made.text(), problem).then((moved) => {
        if (moved === undefined) return
        made.setText(moved)
        announce(t('config.moved'))
      })
    },
    [move, announce, t],
  )
  const openProblem = useCallback((problem: EditorProblem) => editor.current?.goTo(problem.from), [])
  const openLine = useCallback((line: number) => editor.current?.goTo({ line, column: 1 }), [])
  const review = () => {
    onReview(editor.current?.text() ?? draft.text)
  }
  // The editor may already stand when the place becomes known.
  useEffect(() => {
    if (startAt !== undefined) editor.current?.goTo(startAt)
  }, [startAt])
  const isSame = draft.isSame
  useShortcut('mod+enter', t('keys.config.review'), t('keys.config'), isNothing ? undefined : review)
  useShortcut('mod+i', t('insert.open'), t('keys.config'), onInsert)
  useShortcut('f8', t('config.problems'), t('keys.config'), () => {
    const next = nextProblem(problems, cursor.getState().line)
    if (next !== undefined) editor.current?.goTo(next.from)
  })

  return (
    <>
      <PageHead
        title={name}
        below={[
          <DraftStateWord key="draft" state={draft.state} staged={config.persistent !== undefined} />,
          t('config.read-at', { time: format.time(draft.base.readAt) }),
          t('config.schema', { version: config.schemaVersion.replace(/^v/, '') }),
          ...(config.schemaNote === undefined ? [] : [config.schemaNote]),
        ]}
        actions={
          <>
            <Button icon={FilePlus} onClick={onInsert}>
              {t('insert.open')}
            </Button>
            <Button icon={History} onClick={onHistory}>
              {t('config.history')}
            </Button>
            <Button
              icon={Trash2}
              off={isSame ? t('config.discard.none') : undefined}
              onClick={() => setDiscarding(true)}
            >
              {t('config.discard')}
            </Button>
            <Button
              kind="go"
              busy={reviewing}
              off={isNothing ? t('config.review.none') : undefined}
              onClick={review}
            >
              {counts === undefined
                ? t('config.review')
                : t(isSame ? 'config.review.waiting' : 'config.review.count', { count: counts.all })}
            </Button>
          </>
        }
        tabs={<NodeTabs context={place.context} node={place.node} current="configuration" />}
      />
      {notes}
      {schema.error !== undefined && <ErrorNote error={schema.error} actions={{ retry: schema.reload }} />}
      {draft.state.kind === 'failed' && <ErrorNote error={draft.state.error} />}
      {revealError !== undefined && <ErrorNote error={revealError} />}
      {fields.error !== undefined && <ErrorNote error={fields.error} />}
      <div className="config-edit">
        <OutlineNav
          outline={outline}
          problems={problems}
          counts={counts?.byEntry}
          cursor={cursor}
          onOpen={openLine}
        />
        <div className="config-main">
          <MachineConfigEditor
            value={draft.text}
            base={draft.base.text}
            schemaVersion={config.schemaVersion}
            schema={schema.value?.schema}
            problems={own}
            origins={origins}
            texts={texts}
            onText={draft.setText}
            onCursor={(position) => cursor.setState(position)}
            onOutline={setOutline}
            onProblems={setProblems}
            onReveal={reveal}
            describe={(problem) => problemSentence(problem, text)}
            onField={fields.about}
            onOpenPage={(url) => void fields.openPage(url)}
            onReady={(made) => {
              editor.current = made
              if (startAt !== undefined) made?.goTo(startAt)
            }}
          />
        </div>
        <ProblemsPanel problems={problems} onOpen={openProblem} onMend={mend} />
      </div>
      <EditStatus cursor={cursor} outline={outline} secrets={draft.base.secrets} />
      <DiscardDialog
        open={discarding}
        name={name}
        onClose={() => setDiscarding(false)}
        onDiscard={() => {
          setDiscarding(false)
          draft.setText(draft.base.text)
          void draft.flush()
        }}
      />
    </>
  )
}
