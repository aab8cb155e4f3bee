import type { Language } from '#contract/languages.ts'

/** Dates, durations and amounts as the person's language writes them. Instants are ISO 8601 in UTC and shown in local time. */
export interface Format {
  readonly number: (value: number, digits?: number) => string
  /** 0 to 100 in, `18 %` out. */
  readonly percent: (value: number) => string
  /** `41.2 MiB`; powers of 1024. */
  readonly bytes: (value: number) => string
  /** `14 Aug 2027` */
  readonly date: (instant: string) => string
  /** `09:41:09` */
  readonly time: (instant: string) => string
  /** `02:14` */
  readonly minute: (instant: string) => string
  /** `14 Aug 2027, 09:41:09` */
  readonly dateTime: (instant: string) => string
  /** Today the time, this week `Sun 09:40:52`, else date and time. */
  readonly when: (instant: string, nowMs: number) => string
  /** Two largest units: `12 h 41 m`, `23 d 4 h`. Seconds in. */
  readonly duration: (seconds: number) => string
  /** A wait that was chosen, in words: `5 minutes`, `90 seconds`. Seconds in. */
  readonly wait: (seconds: number) => string
  /** Running or measured time as on a stopwatch: `1:04`, `1:04.2` with `tenths`. Seconds in. */
  readonly stopwatch: (seconds: number, tenths?: boolean) => string
  /** `a, b and c` */
  readonly list: (items: readonly string[]) => string
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

export function createFormat(language: Language): Format {
  const locale = language === 'es' ? 'es' : 'en-GB'
  const plain = new Intl.NumberFormat(locale)
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const time = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const minute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' })
  const minutes = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' })
  const whole = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'long' })
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })

  function number(value: number, digits?: number): string {
    if (digits === undefined) return plain.format(value)
    return new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value)
  }

  return {
    number,
    percent: (value) => `${number(Math.round(value))} %`,
    bytes: (value) => {
      let unit = 0
      let amount = value
      while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
        amount /= 1024
        unit += 1
      }
      return `${number(amount, unit === 0 || amount >= 100 ? 0 : 1)} ${BYTE_UNITS[unit] ?? 'B'}`
    },
    date: (instant) => date.format(new Date(instant)),
    time: (instant) => time.format(new Date(instant)),
    minute: (instant) => minute.format(new Date(instant)),
    dateTime: (instant) => `${date.format(new Date(instant))}, ${time.format(new Date(instant))}`,
    when: (instant, nowMs) => {
      const at = new Date(instant)
      const clock = time.format(at)
      if (at.toDateString() === new Date(nowMs).toDateString()) return clock
      const days = (nowMs - at.getTime()) / 86_400_000
      if (days >= 0 && days < 6) return `${weekday.format(at)} ${clock}`
      return `${date.format(at)}, ${minute.format(at)}`
    },
    duration: formatDuration,
    wait: (seconds) =>
      seconds >= 60 && seconds % 60 === 0 ? minutes.format(seconds / 60) : whole.format(seconds),
    stopwatch: (seconds, tenths = false) => {
      const whole = Math.max(0, tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds))
      const hours = Math.floor(whole / 3600)
      const minutes = Math.floor((whole % 3600) / 60)
      const rest = whole % 60
      const last = (tenths ? number(rest, 1) : String(Math.floor(rest))).padStart(tenths ? 4 : 2, '0')
      return hours > 0
        ? `${String(hours)}:${String(minutes).padStart(2, '0')}:${last}`
        : `${String(minutes)}:${last}`
    },
    list: (items) => list.format(items),
  }
}

/** The unit letters are the same in English and Spanish. */
function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor((whole % 86_400) / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  if (days > 0) return hours > 0 ? `${String(days)} d ${String(hours)} h` : `${String(days)} d`
  if (hours > 0) return minutes > 0 ? `${String(hours)} h ${String(minutes)} m` : `${String(hours)} h`
  if (minutes > 0) return `${String(minutes)} m ${String(whole % 60)} s`
  return `${String(whole)} s`
}
