import { useState } from 'react'
import type { Run, RunAnswer, RunQuestion } from '#contract/runs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import './rolling.css'

const ANSWERS = ['wait', 'skip', 'force', 'stop'] as const

/** Pods that do not leave, as they are now, and what the person wants done about them. */
export function QuestionPanel({ run, question }: { readonly run: Run; readonly question: RunQuestion }) {
  const { t, format, said } = useText()
  const send = useAction('runs.answer')
  const [chosen, setChosen] = useState<RunAnswer>('wait')
  const node = run.nodes?.find((one) => one.node === question.node)?.hostname ?? question.node
  return (
    <div className="question" role="alert">
      <Section
        title={t('question.drain', { node })}
        remark={t('question.drain.remark', {
          moved: question.moved,
          total: question.total,
          time: format.time(question.askedAt),
        })}
      >
        <Table label={t('question.pod')}>
          <thead>
            <tr>
              <HeadCell>{t('question.pod')}</HeadCell>
              <HeadCell>{t('question.why')}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {question.blockers.map((blocker) => (
              <Row key={`${blocker.namespace}/${blocker.name}`}>
                <NameCell strong>
                  {blocker.name}
                  <div className="meta">{blocker.namespace}</div>
                </NameCell>
                <Cell>
                  {t(`blocker.${blocker.why}`)}
                  {blocker.detail !== undefined && <div className="meta">{said(blocker.detail)}</div>}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
        <Choice
          label={t('question.drain', { node })}
          value={chosen}
          onChange={setChosen}
          options={ANSWERS.map((answer) => ({
            value: answer,
            title: t(`answer.${answer}`),
            reason:
              answer === 'stop' && question.installed
                ? t('answer.stop.why-installed')
                : t(`answer.${answer}.why`, { node }),
          }))}
        />
        {send.error !== undefined && <ErrorNote error={send.error} />}
        <div className="question-go">
          <Button
            kind={chosen === 'force' ? 'risk' : 'go'}
            busy={send.busy}
            onClick={() => {
              void send.run({ runId: run.id, questionId: question.id, answer: chosen })
            }}
          >
            {t(`answer.${chosen}`)}
          </Button>
        </div>
      </Section>
    </div>
  )
}
