import { useVirtualizer } from '@tanstack/react-virtual'
import { Ban, CircleX, Power, TriangleAlert, Unplug } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useText } from '../../ui/i18n/text.tsx'
import { Icon } from '../../ui/icons.tsx'
import { highlight, type HeldLine } from './log-buffer.ts'
import './logs.css'

const ROW_PX = 19

interface Props {
  readonly label: string
  readonly lines: readonly HeldLine[]
  readonly search: RegExp | undefined
  /** Index of the match that is looked at. */
  readonly current: number | undefined
  readonly following: boolean
  readonly onFollowing: (following: boolean) => void
  readonly withLevels: boolean
}

/** The lines of a log, only those in sight in the page. Scrolling up pauses; the end follows again. */
export function LogLines({ label, lines, search, current, following, onFollowing, withLevels }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const lastTop = useRef(0)
  // Its functions change with each scroll; nothing here memoizes them.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  })

  useEffect(() => {
    if (following && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [following, lines, rows])

  useEffect(() => {
    if (current !== undefined) rows.scrollToIndex(current, { align: 'center' })
  }, [current, rows])

  return (
    <div
      ref={frame}
      className={withLevels ? 'log-lines log-with-levels' : 'log-lines'}
      role="log"
      aria-label={label}
      aria-live="off"
      // Focusable, so that the keyboard can scroll it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
        if (scrollHeight - scrollTop - clientHeight < ROW_PX) onFollowing(true)
        else if (scrollTop < lastTop.current) onFollowing(false)
        lastTop.current = scrollTop
      }}
    >
      <div className="log-height" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const held = lines[row.index]
          if (held === undefined) return null
          return (
            <div
              key={row.key}
              className="log-row"
              style={{ transform: `translateY(${String(row.start)}px)` }}
            >
              <Line held={held} search={search} current={row.index === current} withLevel={withLevels} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Line({
  held,
  search,
  current,
  withLevel,
}: {
  readonly held: HeldLine
  readonly search: RegExp | undefined
  readonly current: boolean
  readonly withLevel: boolean
}) {
  const { t } = useText()
  if (held.kind === 'mark') {
    const icon = held.why === 'dropped' ? Ban : held.why === 'gap' ? Unplug : Power
    return (
      <div className="log-mark">
        <Icon of={icon} size={13} />
        {held.why === 'dropped' ? t('logs.dropped', { count: held.count }) : t(`logs.${held.why}`)}
      </div>
    )
  }
  const { line, level } = held
  return (
    <div className={`log-line log-${level}`}>
      {line.time !== undefined && <time>{clockOf(line.time)}</time>}
      {withLevel && (
        <span className="log-level">
          {level === 'error' && <Icon of={CircleX} size={12} />}
          {level === 'warning' && <Icon of={TriangleAlert} size={12} />}
          {line.priority ?? ''}
        </span>
      )}
      <span className="log-text">
        {highlight(line.text, search).map((piece, at) =>
          piece.found ? (
            <mark key={at} className={current ? 'log-current' : undefined}>
              {piece.text}
            </mark>
          ) : (
            piece.text
          ),
        )}
      </span>
    </div>
  )
}

/** `09:41:07.114` of an RFC 3339 time, in the node's own clock: before time sync it may be 1970, and is shown so. */
function clockOf(time: string): string {
  return /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(time)?.[1] ?? time
}
