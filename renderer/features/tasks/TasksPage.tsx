import { NotebookText } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Run, RunKind } from '#contract/runs.ts'
import { useRuns } from '../../ipc/stores/stores-context.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { FilterField, Filters } from '../../ui/Filters.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { runTitle, runVerdict } from '../../ui/run-words.ts'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { groupOf, passes, VERDICT_GROUPS, type VerdictGroup } from './run-filters.ts'
import { TaskTable } from './TaskTable.tsx'
import './tasks.css'

/** Named here, not taken from the schema: a schema compiles itself when it is made, which the window's policy forbids. */
const EACH_KIND: Readonly<Record<RunKind, true>> = {
  apply: true,
  upgrade: true,
  rollback: true,
  reboot: true,
  shutdown: true,
  reset: true,
  'remove-member': true,
  uncordon: true,
  service: true,
  import: true,
  kubernetes: true,
  manifests: true,
}
const RUN_KINDS = Object.keys(EACH_KIND) as readonly RunKind[]

/** Every run this computer remembers. */
export function TasksPage() {
  const text = useText()
  const { t } = text
  const runs = useRuns((state) => state.runs)
  const error = useRuns((state) => state.error)
  const [filter, setFilter] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useShortcut('/', t('keys.filter'), t('keys.group.here'), () => field.current?.focus())
  const [kinds, setKinds] = useState<ReadonlySet<RunKind>>(new Set())
  const [groups, setGroups] = useState<ReadonlySet<VerdictGroup>>(new Set())
  const shown = runs.filter((run) => passes(run, { kinds, groups }) && matches(run, filter, text))
  return (
    <>
      <PageHead
        title={t('runs.title')}
        actions={
          <FilterField
            ref={field}
            label={t('fleet.filter')}
            value={filter}
            onChange={setFilter}
            shortcut="/"
          />
        }
      />
      <PageBody>
        {runs.length > 0 && (
          <div className="section task-filters">
            <Filters<RunKind>
              label={t('runs.filter.kind')}
              chosen={kinds}
              onChange={setKinds}
              options={RUN_KINDS.map((kind) => ({
                kind,
                count: runs.filter((run) => run.kind === kind).length,
              }))
                .filter(({ kind, count }) => count > 0 || kinds.has(kind))
                .map(({ kind, count }) => ({ value: kind, label: t(`run.kind.${kind}`), count }))}
            />
            <Filters<VerdictGroup>
              label={t('runs.filter.outcome')}
              chosen={groups}
              onChange={setGroups}
              options={VERDICT_GROUPS.map((group) => ({
                value: group,
                label: t(`runs.group.${group}`),
                count: runs.filter((run) => groupOf(run) === group).length,
              })).filter(({ value, count }) => count > 0 || groups.has(value))}
            />
          </div>
        )}
        <div className="section">
          {error !== undefined && <ErrorNote error={error} />}
          {runs.length === 0 ? (
            <EmptyState icon={NotebookText} title={t('runs.none.title')}>
              {t('runs.none.text')}
            </EmptyState>
          ) : shown.length === 0 ? (
            <EmptyState title={t('runs.no-match')} />
          ) : (
            <TaskTable sticky runs={shown} />
          )}
        </div>
      </PageBody>
    </>
  )
}

function matches(run: Run, filter: string, text: TextTools): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const line = [
    run.context,
    run.hostname,
    run.node,
    run.who,
    runTitle(run, text),
    runVerdict(run, text, 0).words,
  ]
    .join(' ')
    .toLowerCase()
  return words.every((word) => line.includes(word))
}
