import { useText } from '../../ui/i18n/text.tsx'
import { rulerStep, type ProbeMark, type TryClock } from './try-clock.ts'

/**
 * The minutes of the try as a ruler: a stem for each answer over a fresh connection, as tall as it was slow, a cross
 * for each miss, and the moment the node goes back.
 */
export function TryRuler({
  clock,
  marks,
}: {
  readonly clock: TryClock
  readonly marks: readonly ProbeMark[]
}) {
  const { t, format } = useText()
  const step = rulerStep(clock.totalSeconds)
  const seconds = Array.from({ length: Math.floor(clock.totalSeconds / step) + 1 }, (_, at) => at * step)
  const ok = marks.filter((mark) => mark.ok).length
  const last = marks.at(-1)
  return (
    <figure className="try-ruler" aria-label={t('try.ruler')}>
      <figcaption className="spoken">
        {last === undefined
          ? t('try.ruler.none')
          : t('try.ruler.text', {
              ok,
              all: marks.length,
              last: last.ok ? t('try.probe.ok.plain') : t('try.probe.missed'),
            })}
      </figcaption>
      <div className="try-field" aria-hidden>
        <div className="try-ahead" style={{ left: percent(clock.gone) }} />
        {marks.map((mark, at) => (
          <i
            key={at}
            className={mark.ok ? 'try-stem' : 'try-miss'}
            style={{ left: percent(mark.at), ...(mark.ok ? { height: percent(mark.height * 0.78) } : {}) }}
            title={`${format.time(mark.instant)} ${mark.ok ? '' : t('try.probe.missed')}`}
          />
        ))}
        <div className="try-now" style={{ left: percent(clock.gone) }} />
        <div className="try-back">
          <span>{t('try.ruler.back')}</span>
        </div>
      </div>
      <div className="try-scale" aria-hidden>
        {seconds.map((second) => (
          <span key={second} style={{ left: percent(second / clock.totalSeconds) }}>
            {format.stopwatch(second)}
          </span>
        ))}
      </div>
    </figure>
  )
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`
}
