import { useState } from 'react'
import type { Output } from '#contract/index.ts'
import type { UpgradeTarget } from '#contract/upgrades.ts'
import { Button } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Section } from '../../ui/Page.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'

type Targets = Output<'upgrades.targets'>
type Line = Targets['matrix'][number]

/**
 * The whole way from the node's version to a goal, minor by minor, which step the plan below is, and which Kubernetes
 * each stop runs.
 */
export function PathTable({
  told: { current, kubernetes, targets, matrix },
  chosen,
}: {
  readonly told: Targets
  readonly chosen: string | undefined
}) {
  const { t } = useText()
  const [matrixOpen, setMatrixOpen] = useState(false)
  const goals = goalsOf(targets, current)
  const [picked, setPicked] = useState<string>()
  const goal = goals.find(({ version }) => version === picked) ?? goals[0]
  const path = goal?.path ?? []
  const lineOf = (version: string): Line | undefined =>
    matrix.find(({ line }) => plainVersion(version).startsWith(`${line}.`))
  const step = chosen === undefined ? -1 : path.indexOf(chosen)

  return (
    <Section
      title={t('path.title')}
      remark={
        goal === undefined
          ? t('path.none')
          : step < 0
            ? t('path.remark', {
                count: path.length,
                from: plainVersion(current),
                to: plainVersion(goal.version),
              })
            : t('path.remark-step', {
                step: String(step + 1),
                count: String(path.length),
                to: plainVersion(goal.version),
              })
      }
      actions={
        <>
          {goals.length > 1 && (
            <label className="path-goal">
              {t('path.goal')}
              <select
                className="input"
                value={goal?.version}
                onChange={(event) => setPicked(event.target.value)}
              >
                {goals.map(({ version }) => (
                  <option key={version} value={version}>
                    {plainVersion(version)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Button
            kind="bare"
            size="small"
            aria-expanded={matrixOpen}
            onClick={() => setMatrixOpen(!matrixOpen)}
          >
            {matrixOpen ? t('matrix.hide') : t('matrix.show')}
          </Button>
        </>
      }
    >
      {path.length > 0 && (
        <Table dense label={t('path.title')}>
          <thead>
            <tr>
              <HeadCell number>{t('path.step')}</HeadCell>
              <HeadCell>{t('plan.row.talos')}</HeadCell>
              <HeadCell>{t('plan.row.kubernetes-support')}</HeadCell>
              <HeadCell>
                {kubernetes === undefined
                  ? t('plan.row.kubernetes')
                  : t('path.kubernetes', { version: plainVersion(kubernetes) })}
              </HeadCell>
            </tr>
          </thead>
          <tbody>
            {path.map((version, at) => (
              <Row key={version} selected={version === chosen}>
                <Cell number>{at + 1}</Cell>
                <NameCell>
                  {plainVersion(version)}
                  {version === chosen && <span className="plan-part"> {t('path.this-step')}</span>}
                </NameCell>
                <Cell>
                  {lineOf(version) === undefined
                    ? '–'
                    : `${lineOf(version)?.kubernetesMin ?? ''}–${lineOf(version)?.kubernetesMax ?? ''}`}
                </Cell>
                <Cell>
                  <Fit kubernetes={kubernetes} line={lineOf(version)} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      {matrixOpen && (
        <div className="matrix">
          <Table dense label={t('matrix.title')}>
            <thead>
              <tr>
                <HeadCell>{t('plan.row.talos')}</HeadCell>
                <HeadCell>{t('matrix.latest')}</HeadCell>
                <HeadCell>{t('plan.row.kubernetes-support')}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {matrix.map(({ line, latest, kubernetesMin, kubernetesMax }) => (
                <Row key={line} selected={plainVersion(current).startsWith(`${line}.`)}>
                  <NameCell>{line}</NameCell>
                  <Cell>{latest === undefined ? '–' : plainVersion(latest)}</Cell>
                  <Cell>{`${kubernetesMin}–${kubernetesMax}`}</Cell>
                </Row>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </Section>
  )
}

/** Whether the Kubernetes that runs now runs there too. */
function Fit({
  kubernetes,
  line,
}: {
  readonly kubernetes: string | undefined
  readonly line: Line | undefined
}) {
  const { t } = useText()
  if (kubernetes === undefined || line === undefined) return <State kind="unknown">{t('unknown')}</State>
  const minor = Number(/^v?1\.(\d+)/.exec(kubernetes)?.[1])
  const of = (text: string): number => Number(text.split('.')[1])
  if (minor < of(line.kubernetesMin)) {
    return <State kind="caution">{t('path.upgrade-kubernetes', { min: line.kubernetesMin })}</State>
  }
  if (minor > of(line.kubernetesMax)) return <State kind="decide">{t('target.kubernetes-too-new')}</State>
  return <State kind="proven">{t('path.runs')}</State>
}

/** The newest release of each line that is ahead of the node, newest first. */
function goalsOf(targets: readonly UpgradeTarget[], current: string): readonly UpgradeTarget[] {
  const seen = new Set<string>()
  return targets.filter(({ version, preRelease, path }) => {
    const line = plainVersion(version).replace(/\.[^.]*$/, '')
    if (preRelease || seen.has(line) || path.length === 0 || !isAhead(version, current)) return false
    seen.add(line)
    return true
  })
}

function isAhead(version: string, current: string): boolean {
  const numbers = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number)
  const [a, b] = [numbers(version), numbers(current)]
  const at = a.findIndex((number, index) => number !== b[index])
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0)
}
