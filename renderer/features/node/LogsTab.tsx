import { ArrowDownToLine, ChevronDown, ChevronUp, Copy, Pause, Regex, Search } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import type { LogSource } from '#contract/nodes.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button, IconButton } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { FilterField, Filters } from '../../ui/Filters.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { LINES_HELD, searchPattern, viewLog, type HeldLine, type Level } from './log-buffer.ts'
import { LogLines } from './LogLines.tsx'
import { useLog } from './use-log.ts'

const LEVELS: readonly Level[] = ['error', 'warning', 'info', 'debug']
/** Shown first when the node has it; every node does. */
const FIRST_SERVICE = 'kubelet'

interface Props {
  readonly context: string
  readonly node: string
}

export function KernelLogTab({ context, node }: Props) {
  return (
    <LogPane context={context} node={node} source={KERNEL} command={`talosctl -n ${node} dmesg --follow`} />
  )
}

const KERNEL: LogSource = { kind: 'kernel' }

/** The log of one service, chosen from those the node names. */
export function ServiceLogsTab({ context, node }: Props) {
  const { t } = useText()
  const sources = useQuery('logs.sources', { context, node })
  const [chosen, setChosen] = useState<string>()
  const services = sources.value?.services ?? []
  const service = chosen ?? (services.includes(FIRST_SERVICE) ? FIRST_SERVICE : services[0])
  if (sources.error !== undefined)
    return <ErrorNote error={sources.error} actions={{ retry: sources.reload }} />
  if (service === undefined) return <EmptyState title={t('loading')} />
  return (
    <LogPane
      key={service}
      context={context}
      node={node}
      source={{ kind: 'service', id: service }}
      command={`talosctl -n ${node} logs ${service} --follow`}
      picker={
        <label>
          <span className="meta">{t('logs.source')} </span>
          <select value={service} onChange={(event) => setChosen(event.target.value)}>
            {services.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
      }
    />
  )
}

function LogPane({
  context,
  node,
  source,
  command,
  picker,
}: Props & { readonly source: LogSource; readonly command: string; readonly picker?: React.ReactNode }) {
  const { t } = useText()
  const log = useLog(context, node, source)
  const [following, setFollowing] = useState(true)
  const [frozen, setFrozen] = useState<readonly HeldLine[]>()
  const [words, setWords] = useState('')
  const [isPattern, setIsPattern] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<Level>>(new Set())
  const [match, setMatch] = useState<number>()
  const announce = useAnnounce()
  const field = useRef<HTMLInputElement>(null)

  const pattern = searchPattern(words, isPattern)
  const search = useMemo(() => (pattern === 'bad' ? undefined : pattern), [words, isPattern]) // eslint-disable-line react-hooks/exhaustive-deps
  const lines = frozen ?? log.lines
  const view = useMemo(() => viewLog(lines, hidden, search), [lines, hidden, search])
  const withLevels = source.kind === 'kernel'

  /** A pause holds the lines still under the eye; what comes waits and is counted. */
  function follow(next: boolean): void {
    if (next === following) return
    setFollowing(next)
    setFrozen(next ? undefined : log.lines)
    if (next) setMatch(undefined)
  }

  function goTo(step: 1 | -1): void {
    const { matches } = view
    if (matches.length === 0) return
    follow(false)
    const next =
      match === undefined
        ? step === 1
          ? 0
          : matches.length - 1
        : (match + step + matches.length) % matches.length
    setMatch(next)
  }

  useShortcut('f', t('keys.follow'), t('keys.group.here'), () => follow(!following))
  useShortcut('/', t('logs.search'), t('keys.group.here'), () => field.current?.focus())
  useShortcut('n', t('keys.match'), t('keys.group.here'), () => goTo(1))
  useShortcut('shift+n', t('keys.match-back'), t('keys.group.here'), () => goTo(-1))

  const waiting = frozen === undefined ? 0 : Math.max(0, log.lines.length - frozen.length)
  return (
    <>
      <div className="log-tools">
        {picker}
        {withLevels && (
          <Filters
            label={t('logs.levels')}
            options={LEVELS.map((value) => ({
              value,
              label: t(`logs.level.${value}`),
              count: view.counts[value],
            }))}
            chosen={new Set(LEVELS.filter((level) => !hidden.has(level)))}
            onChange={(chosen) => setHidden(new Set(LEVELS.filter((level) => !chosen.has(level))))}
          />
        )}
        <span className="log-search to-end">
          <form
            onSubmit={(event) => {
              event.preventDefault()
              goTo(1)
            }}
          >
            <FilterField
              ref={field}
              icon={Search}
              label={t('logs.search')}
              value={words}
              shortcut="/"
              onChange={(next) => {
                setWords(next)
                setMatch(undefined)
              }}
            />
          </form>
          {words !== '' && <MatchCount bad={pattern === 'bad'} at={match} count={view.matches.length} />}
          <IconButton size="small" icon={ChevronUp} label={t('logs.previous')} onClick={() => goTo(-1)} />
          <IconButton size="small" icon={ChevronDown} label={t('logs.next')} onClick={() => goTo(1)} />
          <IconButton
            size="small"
            icon={Regex}
            label={t('logs.regexp')}
            aria-pressed={isPattern}
            onClick={() => setIsPattern(!isPattern)}
          />
        </span>
        <Button
          icon={following ? ArrowDownToLine : Pause}
          aria-pressed={following}
          onClick={() => follow(!following)}
        >
          {following ? t('logs.following') : t('logs.follow')}
        </Button>
      </div>
      {log.error !== undefined && <ErrorNote error={log.error} />}
      {log.known && lines.length === 0 ? (
        <EmptyState title={t('logs.empty.title')}>{t('logs.empty.text')}</EmptyState>
      ) : (
        <LogLines
          label={t('logs.lines')}
          lines={view.shown}
          search={search}
          current={match === undefined ? undefined : view.matches[match]}
          following={following}
          onFollowing={follow}
          withLevels={withLevels}
        />
      )}
      <div className="log-foot">
        {following ? (
          <span className="log-live">
            <Icon of={ArrowDownToLine} size={13} />
            {t('logs.following.hint')}
          </span>
        ) : (
          <span>{t('logs.paused', { count: waiting })}</span>
        )}
        <span className="log-copied">
          {t('logs.held', { count: log.held, max: LINES_HELD })}
          <IconButton
            size="small"
            icon={Copy}
            label={t('copy.what', { what: t('logs.copy') })}
            onClick={() =>
              void navigator.clipboard.writeText(textOf(view.shown)).then(() => announce(t('copy.done')))
            }
          />
        </span>
        <span className="log-copied to-end">
          <code>{command}</code>
          <CopyButton text={command} what={t('command.what')} />
        </span>
      </div>
    </>
  )
}

function MatchCount({
  bad,
  at,
  count,
}: {
  readonly bad: boolean
  readonly at: number | undefined
  readonly count: number
}) {
  const { t } = useText()
  const said = bad
    ? t('logs.bad-regexp')
    : count === 0
      ? t('logs.no-match')
      : t('logs.match', { at: at === undefined ? '–' : at + 1, count })
  return (
    <span className="meta" role="status">
      {said}
    </span>
  )
}

function textOf(lines: readonly HeldLine[]): string {
  return lines
    .flatMap((held) =>
      held.kind === 'line'
        ? [
            [held.line.time, held.line.priority, held.line.text]
              .filter((part) => part !== undefined)
              .join(' '),
          ]
        : [],
    )
    .join('\n')
}
