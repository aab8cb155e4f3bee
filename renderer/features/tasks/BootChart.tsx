import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { BOOT_PARTS, secondsOf, type BootPart, type BootRow } from './boot-rows.ts'

const HEIGHT = 190

/** Identity only, never a verdict: the spines and the ink. */
const COLOUR: Readonly<Record<BootPart, string>> = {
  shutdown: '--rule-2',
  firmware: '--spine-bronze',
  kernel: '--act-fill',
  initialize: '--spine-slate',
  boot: '--spine-moss',
  ready: '--spine-plum',
  rest: '--rule',
}

/** One bar per boot, its parts on top of each other in the order in which they happen. The table below says the same. */
export function BootChart({ rows, label }: { readonly rows: readonly BootRow[]; readonly label: string }) {
  const { t } = useText()
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = host.current
    if (element === null) return
    // Read when it draws, so that a change of theme needs a redraw and nothing else.
    const token = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim()
    const font = (): string => `12px ${getComputedStyle(element).fontFamily}`
    const sums = BOOT_PARTS.map((_part, at) =>
      rows.map((row) => BOOT_PARTS.slice(0, at + 1).reduce((sum, part) => sum + secondsOf(row, part), 0)),
    )
    const bars = UPlot.paths.bars?.({ size: [0.6, 44], align: 0 })
    const made = new UPlot(
      {
        width: Math.max(element.clientWidth, 200),
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [-0.6, Math.max(rows.length, 6) - 0.4] },
          y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
        },
        axes: [
          {
            stroke: () => token('--ink-2'),
            font: font(),
            size: 24,
            grid: { show: false },
            ticks: { show: false },
            splits: () => rows.map((_row, at) => at),
            values: (_plot, splits) =>
              splits.map((at) => (rows[at]?.talos === undefined ? '' : plainVersion(rows[at].talos))),
          },
          {
            stroke: () => token('--ink-2'),
            font: font(),
            size: 44,
            grid: { stroke: () => token('--rule'), width: 1 },
            ticks: { show: false },
            values: (_plot, splits) => splits.map((seconds) => `${String(seconds)} s`),
          },
        ],
        series: [
          {},
          // The whole first, then what lies below it on top: each bar shows only its own part.
          ...BOOT_PARTS.toReversed().map((part) => ({
            fill: () => token(COLOUR[part]),
            stroke: () => token('--sheet'),
            width: 1,
            points: { show: false },
            ...(bars === undefined ? {} : { paths: bars }),
          })),
        ],
      },
      [rows.map((_row, at) => at), ...sums.toReversed()],
      element,
    )
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: HEIGHT })
    })
    resize.observe(element)
    const theme = new MutationObserver(() => {
      made.redraw(false)
    })
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      resize.disconnect()
      theme.disconnect()
      made.destroy()
    }
  }, [rows])

  const shown = BOOT_PARTS.filter((part) => rows.some((row) => secondsOf(row, part) > 0))
  return (
    <>
      <div ref={host} className="boot-chart" role="img" aria-label={label} />
      <ul className="boot-legend" aria-hidden>
        {shown.map((part) => (
          <li key={part}>
            <i style={{ background: `var(${COLOUR[part]})` }} />
            {t(`boots.part.${part}`)}
          </li>
        ))}
      </ul>
    </>
  )
}
