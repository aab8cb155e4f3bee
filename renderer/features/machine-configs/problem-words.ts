import type { EditorProblem } from '../../editor/problems.ts'
import { knownKey } from '../../ui/i18n/catalogue.ts'
import type { TextTools } from '../../ui/i18n/text.tsx'

/** The schema may list forty kinds; a sentence takes this many. */
const VALUES_SHOWN = 6

/** The sentence of a problem: from the catalogue where it has the code, else as it came. */
export function problemSentence(problem: EditorProblem, text: TextTools): string {
  const words = problem.words ?? {}
  if (problem.code === 'legacy-field') return legacySentence(problem, text)
  const key =
    (words['meant'] === undefined ? undefined : knownKey(`problem.${problem.code}.meant`)) ??
    knownKey(`problem.${problem.code}`)
  if (key === undefined) return problem.message
  return text.fill(key, {
    message: problem.message,
    document: problem.document ?? '',
    ...words,
    ...shortValues(words['values']),
  })
}

/** A note on a key that has a document of its own by now, or none. */
function legacySentence({ move, path }: EditorProblem, { t }: TextTools): string {
  const key = path?.split('.').at(-1) ?? ''
  if (move === undefined) return t('problem.legacy-field', { key })
  const documents = shortList(move.documents)
  return documents === ''
    ? t('problem.legacy-field.dropped', { key })
    : t('problem.legacy-field.moved', { key, documents })
}

function shortList(documents: readonly string[]): string {
  const [first, second, ...more] = documents
  return [first, second, more.length > 0 ? '…' : undefined].filter((word) => word !== undefined).join(', ')
}

/** What the button of a mend says. */
export function mendWords({ code, fix, move }: EditorProblem, { t }: TextTools): string {
  if (move !== undefined) {
    const [document] = move.documents
    return document === undefined ? t('config.mend.drop') : t('config.mend.move', { document })
  }
  if (code === 'tab-indent') return t('config.mend.tabs')
  if (code === 'bad-indent') return t('config.mend.indent')
  return t('config.mend', { text: fix?.text ?? '' })
}

function shortValues(values: string | undefined): Readonly<Record<string, string>> {
  if (values === undefined) return {}
  const list = values.split(', ')
  if (list.length <= VALUES_SHOWN) return { values }
  return { values: `${list.slice(0, VALUES_SHOWN).join(', ')}, …` }
}

export interface ProblemCounts {
  readonly errors: number
  readonly warnings: number
  readonly hints: number
}

export function countProblems(problems: readonly Pick<EditorProblem, 'severity'>[]): ProblemCounts {
  const of = (severity: EditorProblem['severity']) =>
    problems.filter((problem) => problem.severity === severity).length
  return { errors: of('error'), warnings: of('warning'), hints: of('hint') }
}

/** The problem after a line, from the top again after the last. */
export function nextProblem(problems: readonly EditorProblem[], line: number): EditorProblem | undefined {
  return problems.find((problem) => problem.from.line > line) ?? problems[0]
}
