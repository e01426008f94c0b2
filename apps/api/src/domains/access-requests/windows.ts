/** Whether approvals count at a time. Pure; the time zone's own rules (summer time) apply. */
import { type ApprovalWindow, weekdays } from '@sallyport/protocol/api'

interface LocalMoment {
  /** 0 is Monday. */
  readonly day: number
  readonly minute: number
}

const localMoment = (at: number, timeZone: string): LocalMoment => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const day = weekdays.findIndex((name) => name === parts.get('weekday')?.toLowerCase())
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const contains = (window: ApprovalWindow, at: number): boolean => {
  const { day, minute } = localMoment(at, window.timeZone)
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)]
  const begins = (candidate: number): boolean => window.days.some((name) => weekdays.indexOf(name) === candidate)
  if (from < to) return begins(day) && from <= minute && minute < to
  // Past midnight: the evening of a named day, and the morning after one. Equal: the whole day.
  return (begins(day) && minute >= from) || (begins((day + 6) % 7) && minute < to)
}

/** `at`: milliseconds since 1970. Without any window approvals count always. */
export const isWithinWindows = (windows: readonly ApprovalWindow[], at: number): boolean =>
  windows.length === 0 || windows.some((window) => contains(window, at))
