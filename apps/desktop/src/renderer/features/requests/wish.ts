/** What the form of a request holds, and what is asked of the API by it. Pure. */

const LEAD = 30 * 24 * 60 * 60 * 1000

export interface Wish {
  readonly reason: string
  /** Seconds as text; `today`: until midnight; `until`: until the time in {@link Wish.until}. */
  readonly span: string
  /** Date and time in local time: `2026-11-22T14:05`. */
  readonly until: string
  readonly begins: 'at-once' | 'later'
  readonly from: string
}

export interface Terms {
  /** Seconds. */
  readonly maxDuration: number
  /** Letters that a reason must have. */
  readonly shortestReason: number
}

export type Fault = 'reason' | 'short-reason' | 'start' | 'end' | 'too-long'

export interface Asked {
  readonly reason: string
  /** Seconds. */
  readonly duration: number
  readonly startsAt: string | null
}

const endOfDay = (instant: number): number => new Date(instant).setHours(24, 0, 0, 0)

const secondsOf = ({ span, until }: Wish, from: number): number => {
  if (span === 'today') return Math.floor((endOfDay(from) - from) / 1000)
  if (span === 'until') return Math.floor((Date.parse(until) - from) / 1000)
  return Number(span)
}

/** Seconds that the wish comes to now; NaN while its times are not complete. */
export const durationOf = (wish: Wish, now: number): number =>
  secondsOf(wish, wish.begins === 'later' ? Date.parse(wish.from) : now)

/** The first thing that is wrong with it, or what to send. `now` is milliseconds since 1970. */
export const askedBy = (wish: Wish, terms: Terms, now: number): Asked | Fault => {
  const reason = wish.reason.trim()
  if (reason === '' && terms.shortestReason > 0) return 'reason'
  if (reason.length < terms.shortestReason) return 'short-reason'
  const start = wish.begins === 'later' ? Date.parse(wish.from) : null
  if (start !== null && !(start > now && start <= now + LEAD)) return 'start'
  const duration = durationOf(wish, now)
  // Where a rule gives less than a minute, all of that is enough.
  if (!(duration >= Math.min(60, terms.maxDuration))) return 'end'
  // A time picked by the minute may be some seconds beyond what is allowed.
  if (duration > terms.maxDuration + 60) return 'too-long'
  return {
    reason,
    duration: Math.min(duration, terms.maxDuration),
    startsAt: start === null ? null : new Date(start).toISOString(),
  }
}
