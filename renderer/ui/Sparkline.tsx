import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './sparkline.css'

const HEIGHT = 34

/**
 * A line without axes. `at` in seconds since 1970, ascending; `undefined` where nothing was heard, drawn as a gap.
 * `label` says in words what it shows, with the newest figure.
 */
export function Sparkline({
  at,
  values,
  max,
  label,
}: {
  readonly at: readonly number[]
  readonly values: readonly (number | undefined)[]
  /** Top of the scale; else the largest value. */
  readonly max?: number
  readonly label: string
}) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)

  useEffect(() => {
    const element = host.current
    if (element === null) return
    // Read when it draws, so that a change of theme needs a redraw and nothing else.
    const token = (name: string) => getComputedStyle(element).getPropertyValue(name).trim()
    const made = new UPlot(
      {
        width: Math.max(element.clientWidth, 40),
        height: HEIGHT,
        padding: [3, 0, 3, 0],
        cursor: { show: false },
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { time: false },
          y: { range: (_, __, high) => [0, max ?? (high > 0 ? high : 1)] },
        },
        series: [
          {},
          { stroke: () => token('--ink-2'), width: 1.5, points: { show: false }, spanGaps: false },
        ],
      },
      [[], []],
      element,
    )
    plot.current = made
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
      plot.current = undefined
    }
  }, [max])

  useEffect(() => {
    plot.current?.setData([[...at], values.map((value) => value ?? null)])
  }, [at, values, max])

  return <div ref={host} className="sparkline" role="img" aria-label={label} />
}
