import type { EditorProblem } from '../../editor/problems.ts'
import { knownKey } from '../../ui/i18n/catalogue.ts'
import type { TextTools } from '../../ui/i18n/text.tsx'

/** The schema may list forty kinds; a sentence takes this many. */
const VALUES_SHOWN = 6

/** The sentence of a problem: from the catalogue where it has the code, else as it came. */
export function problemSentence(problem: EditorProblem, text: TextTools): string {
  const words = problem.words ?? {}
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
