import { ChevronDown, ChevronRight, CircleSlash2 } from 'lucide-react'
import { memo, useState } from 'react'
import type { EditorProblem } from '../../editor/problems.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon, stateIcons, type LucideIcon, type StateKind } from '../../ui/icons.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, Row, Table } from '../../ui/Table.tsx'
import { countProblems, mendWords, problemSentence } from './problem-words.ts'

const LOOK: Readonly<Record<EditorProblem['severity'], { kind: StateKind; icon: LucideIcon }>> = {
  error: { kind: 'decide', icon: stateIcons.decide },
  warning: { kind: 'caution', icon: stateIcons.caution },
  hint: { kind: 'plain', icon: CircleSlash2 },
}

/** Every problem of the draft with its place and, where it is mechanical, its mend. */
export const ProblemsPanel = memo(function ProblemsPanel({
  problems,
  onOpen,
  onMend,
}: {
  readonly problems: readonly EditorProblem[]
  readonly onOpen: (problem: EditorProblem) => void
  readonly onMend: (problem: EditorProblem) => void
}) {
  const { t } = useText()
  const [chosen, setFolded] = useState<boolean>()
  const counts = countProblems(problems)
  // Notes alone do not take room from the text until someone asks for them.
  const folded = chosen ?? counts.errors + counts.warnings === 0
  // Only what Ichor read itself holds a review back; a schema may be behind the node.
  const blocks = problems.some((problem) => problem.severity === 'error' && problem.origin === 'ichor')
  return (
    <section className="config-problems" aria-label={t('config.problems')}>
      <div className="config-problems-head">
        <button
          type="button"
          className="config-problems-fold"
          aria-expanded={!folded}
          aria-label={folded ? t('config.problems.unfold') : t('config.problems.fold')}
          onClick={() => setFolded(!folded)}
        >
          <Icon of={folded ? ChevronRight : ChevronDown} size={14} />
          <span className="label">{t('config.problems')}</span>
        </button>
        {counts.errors > 0 && (
          <State kind="decide">{t('config.problems.errors', { count: counts.errors })}</State>
        )}
        {counts.warnings > 0 && (
          <State kind="caution">{t('config.problems.warnings', { count: counts.warnings })}</State>
        )}
        {counts.hints > 0 && (
          <span className="meta">{t('config.problems.hints', { count: counts.hints })}</span>
        )}
        {problems.length === 0 && <span className="meta">{t('config.problems.none')}</span>}
        {blocks && !folded && <span className="meta elided">{t('config.problems.wait')}</span>}
        {problems.length > 0 && <span className="meta to-end">{t('config.problems.next')}</span>}
      </div>
      {!folded && problems.length > 0 && (
        <div className="config-problems-list">
          <ProblemTable problems={problems} onOpen={onOpen} onMend={onMend} />
        </div>
      )}
    </section>
  )
})

/** More than this and the list is no help; the first ones come first. */
const SHOWN = 200

function ProblemTable({
  problems,
  onOpen,
  onMend,
}: {
  readonly problems: readonly EditorProblem[]
  readonly onOpen: (problem: EditorProblem) => void
  readonly onMend: (problem: EditorProblem) => void
}) {
  const text = useText()
  const { t } = text
  return (
    <Table label={t('config.problems')} dense sticky>
      <thead>
        <tr>
          <HeadCell>{t('config.problems.col.line')}</HeadCell>
          <HeadCell>{t('config.problems.col.document')}</HeadCell>
          <HeadCell optional>{t('config.problems.col.path')}</HeadCell>
          <HeadCell>{t('config.problems.col.what')}</HeadCell>
          <HeadCell spoken={t('config.problems.col.mend')} />
        </tr>
      </thead>
      <tbody>
        {problems.slice(0, SHOWN).map((problem, at) => (
          <Row key={at}>
            <Cell nowrap>
              <State kind={LOOK[problem.severity].kind} icon={LOOK[problem.severity].icon}>
                <button type="button" className="config-link row-link" onClick={() => onOpen(problem)}>
                  {problem.from.line}
                </button>
              </State>
            </Cell>
            <Cell nowrap>{problem.document}</Cell>
            <Cell mono optional>
              {problem.path}
            </Cell>
            <Cell>{problemSentence(problem, text)}</Cell>
            <Cell nowrap number>
              {(problem.fix !== undefined || problem.move !== undefined) && (
                <Button size="small" onClick={() => onMend(problem)}>
                  {mendWords(problem, text)}
                </Button>
              )}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}
