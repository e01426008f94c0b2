/** Stretches of time that records are looked for in. Pure. */
export const timeRanges = ['hour', 'day', 'week', 'month', 'always', 'custom'] as const
export type TimeRange = (typeof timeRanges)[number]

/** What a list is asked for: RFC 3339 texts; absent: without a bound. */
export interface Bounds {
  readonly after?: string
  readonly before?: string
}

const HOUR = 60 * 60 * 1000
const LENGTHS: Readonly<Record<Exclude<TimeRange, 'always' | 'custom'>, number>> = {
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
}

/** The stretch that ends now; without an end, so that what comes later belongs to it. */
export const boundsOf = (range: Exclude<TimeRange, 'custom'>, now: number): Bounds =>
  range === 'always' ? {} : { after: new Date(now - LENGTHS[range]).toISOString() }

/** From fields of a date and time in local time (`2026-11-22T14:05`), either of which may be empty. null: not a time. */
export const boundsBetween = (from: string, to: string): Bounds | null => {
  const [after, before] = [from, to].map((typed) => (typed === '' ? null : Date.parse(typed)))
  if (Number.isNaN(after) || Number.isNaN(before)) return null
  if (typeof after === 'number' && typeof before === 'number' && before <= after) return null
  return {
    ...(typeof after === 'number' ? { after: new Date(after).toISOString() } : {}),
    ...(typeof before === 'number' ? { before: new Date(before).toISOString() } : {}),
  }
}

/** The value of a field of a date and time, in local time. */
export const localFieldOf = (instant: number): string => {
  const at = new Date(instant)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}
