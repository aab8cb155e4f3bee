/** `1m23.456s`, `12.3ms`, `450µs`: as Go prints a time.Duration. Takes milliseconds, fractions allowed. */
export function goDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  if (milliseconds < 1) return `${trimmed(milliseconds * 1000, 3)}µs`
  if (milliseconds < 1000) return `${trimmed(milliseconds, 6)}ms`
  const hours = Math.floor(milliseconds / 3_600_000)
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000)
  const seconds = trimmed((milliseconds % 60_000) / 1000, 9)
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}

/** `500 GB`, `2.1 GB`: decimal units, as the pretty sizes of disks and volumes. */
export function prettySize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const text = unit > 0 && value < 10 ? value.toFixed(1) : String(Math.floor(value))
  return `${text} ${units[unit] ?? 'B'}`
}
