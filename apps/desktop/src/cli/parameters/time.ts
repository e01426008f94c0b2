/** Readers of durations and instants. */
import { invalid } from './invalid.ts'
import type { Reader } from './parameter.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const EXPECTED = 'a duration such as 30m, 4h, 1h30m or 7d'

/** Seconds. */
export const parseDuration = (typed: string): number => {
  const parts = [...typed.matchAll(/(\d{1,6})([smhdw])/g)]
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0)
  if (parts.map(([part]) => part).join('') !== typed || seconds === 0) throw invalid(`“${typed}” is not ${EXPECTED}.`)
  return seconds
}

export const duration: Reader<number> = { read: parseDuration }

/** An instant as an RFC 3339 text in UTC: a date, a time, or `4h` of the given direction from now. */
const instant = (direction: 1 | -1): Reader<string> => ({
  read: (typed) => {
    if (/^[\dsmhdw]+$/.test(typed) && /[smhdw]$/.test(typed))
      return new Date(Date.now() + direction * parseDuration(typed) * 1000).toISOString()
    const at = /^\d{4}-\d{2}-\d{2}/.test(typed)
      ? Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(typed) ? `${typed}T00:00:00` : typed)
      : Number.NaN
    if (Number.isNaN(at)) throw invalid(`“${typed}” is neither ${EXPECTED} nor a time such as 2026-11-22 or 2026-11-22T14:00.`)
    return new Date(at).toISOString()
  },
})

/** `2h` is two hours ago. */
export const pastInstant = instant(-1)
/** `2h` is in two hours. */
export const futureInstant = instant(1)
