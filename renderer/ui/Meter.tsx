import { useText } from './i18n/text.tsx'
import './meter.css'

const HIGH_PERCENT = 85

/** A share in a table cell: a short bar and the figure. 0 to 100. */
export function Meter({ percent, label }: { readonly percent: number; readonly label: string }) {
  const { format } = useText()
  const width = Math.max(0, Math.min(100, percent))
  return (
    <span
      className="meter"
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(width)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span className={percent >= HIGH_PERCENT ? 'meter-bar meter-high' : 'meter-bar'} aria-hidden>
        <i style={{ width: `${String(width)}%` }} />
      </span>
      <span className="meter-figure">{format.percent(percent)}</span>
    </span>
  )
}
