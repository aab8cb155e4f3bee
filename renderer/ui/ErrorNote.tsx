import type { WireError } from '#contract/wire-error.ts'
import { Button } from './Button.tsx'
import { EmptyState } from './EmptyState.tsx'
import { useText, type TextTools } from './i18n/text.tsx'
import type { StateKind } from './icons.tsx'
import { Note } from './Note.tsx'
import { useRemedies, type RemedyActions } from './remedies.tsx'

/** Codes after which nothing is known of the node; the rest ask for a decision. */
const UNKNOWN_CODES: ReadonlySet<WireError['code']> = new Set(['unreachable', 'timeout', 'interrupted'])

/** The sentence of an error's code. */
export function errorSentence(error: WireError, { t }: TextTools): string {
  return t(`error.${error.code}`)
}

function errorKind(error: WireError): StateKind {
  return UNKNOWN_CODES.has(error.code) ? 'unknown' : 'decide'
}

/** Where it was (the node's name or address, line and column), then its own words. */
export function ErrorWords({ error }: { readonly error: WireError }) {
  const { t, said: inOwn } = useText()
  const { node, at, message } = error
  const said = message.toLowerCase()
  const where = [
    node === undefined || said.includes(node.toLowerCase()) ? undefined : node,
    // Parsers tend to say it themselves.
    at === undefined || said.includes(`line ${String(at.line)}`)
      ? undefined
      : t('error.at', { line: String(at.line), column: String(at.column) }),
  ].filter((part) => part !== undefined)
  return (
    <>
      {where.length > 0 && <span>{where.join(', ')}: </span>}
      <span className="error-words">{inOwn(message)}</span>
    </>
  )
}

function RemedyPart({ error, actions }: { readonly error: WireError; readonly actions: RemedyActions }) {
  const { t } = useText()
  const remedy = error.remedy ?? (error.retryable ? 'retry' : undefined)
  if (remedy === undefined) return null
  const act = actions[remedy] ?? (error.retryable ? actions.retry : undefined)
  const word = actions[remedy] === undefined && act !== undefined ? 'retry' : remedy
  return act === undefined ? null : (
    <Button
      size="small"
      onClick={() => {
        act(error)
      }}
    >
      {t(`remedy.${word}`)}
    </Button>
  )
}

/** A remedy that no button can do is said in words. */
function Advice({ error, actions }: { readonly error: WireError; readonly actions: RemedyActions }) {
  const { t } = useText()
  // Taken away on purpose: the screen itself is the remedy.
  if (error.remedy === undefined || Object.hasOwn(actions, error.remedy)) return null
  return <div>{t(`remedy.${error.remedy}`)}</div>
}

/** A failure in its place on a screen: the code's sentence, the node's own words, and what to do next. */
export function ErrorNote({
  error,
  actions: own,
}: {
  readonly error: WireError
  /** `{ retry: reload }` and the like, beside what the app offers everywhere. */
  readonly actions?: RemedyActions | undefined
}) {
  const text = useText()
  const actions = useRemedies(own)
  return (
    <Note
      urgent
      kind={errorKind(error)}
      title={errorSentence(error, text)}
      action={<RemedyPart error={error} actions={actions} />}
    >
      <ErrorWords error={error} />
      <Advice error={error} actions={actions} />
    </Note>
  )
}

/** The same, in place of a whole page's content. */
export function ErrorState({
  error,
  actions: own,
}: {
  readonly error: WireError
  readonly actions?: RemedyActions | undefined
}) {
  const text = useText()
  const actions = useRemedies(own)
  return (
    <EmptyState
      kind={errorKind(error)}
      title={errorSentence(error, text)}
      actions={<RemedyPart error={error} actions={actions} />}
    >
      <ErrorWords error={error} />
      <Advice error={error} actions={actions} />
    </EmptyState>
  )
}
