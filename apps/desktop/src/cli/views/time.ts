/** Instants as people read them. */

/** `2026-11-22 14:05:09` in the local time zone. */
export const localTime = (timestamp: string | null): string => {
  if (timestamp === null) return '-'
  const at = new Date(timestamp)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** `3 h`, `1 h 30 min`: the largest unit that fits and the next smaller one, to the minute from an hour on. */
export const roughly = (seconds: number): string => {
  let rest = seconds < 3600 ? Math.floor(seconds) : Math.round(seconds / 60) * 60
  const largest = units.findIndex(([size]) => rest >= size)
  if (largest < 0) return '0 s'
  const parts = units.slice(largest, largest + 2).map(([size, unit]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? '' : `${count} ${unit}`
  })
  return parts.filter((part) => part !== '').join(' ')
}

/** `in 1 h 30 min`, `2 min ago`. */
export const relative = (timestamp: string, now = Date.now()): string => {
  const seconds = Math.round((Date.parse(timestamp) - now) / 1000)
  return seconds >= 0 ? `in ${roughly(seconds)}` : `${roughly(-seconds)} ago`
}

export const withRelative = (timestamp: string | null): string | null =>
  timestamp === null ? null : `${localTime(timestamp)} (${relative(timestamp)})`
