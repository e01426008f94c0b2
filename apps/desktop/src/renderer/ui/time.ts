/** Times as people say them. Instants are RFC 3339 texts, as everywhere on the wire. */
import { useSyncExternalStore } from 'react'
import { localeTag, text } from '../texts/text.ts'
import { dateFormat } from './formats.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `14:02`, with the day before it when it is another one. */
export const clockTime = (instant: string, now: number): string => {
  const at = new Date(instant)
  const time = dateFormat('time').format(at)
  if (at.toDateString() === new Date(now).toDateString()) return time
  const sameYear = at.getFullYear() === new Date(now).getFullYear()
  return `${dateFormat(sameYear ? 'day' : 'dayOfYear').format(at)}, ${time}`
}

/** `14:02:07`, with the day before it when it is another one: for lists in which seconds count. */
export const logTime = (instant: string, now: number): string => {
  const at = new Date(instant)
  const time = dateFormat('seconds').format(at)
  if (at.toDateString() === new Date(now).toDateString()) return time
  return `${dateFormat('logDay').format(at)} ${time}`
}

/** `3 Mar 2027` */
export const calendarDay = (instant: string): string => dateFormat('date').format(new Date(instant))

/** Everything about an instant: for tooltips and panels. */
export const fullTime = (instant: string): string => dateFormat('everything').format(new Date(instant))

/** `4 min`, `2 h 10 min`, `3 days`. Never more than two units, never less than `0 min`. */
export const duration = (milliseconds: number): string => {
  const left = Math.max(0, milliseconds)
  const minutes = text('common.minutes', { count: Math.floor((left % HOUR) / MINUTE) })
  if (left < HOUR) return minutes
  if (left >= 2 * DAY) return text('common.days', { count: Math.floor(left / DAY) })
  const hours = text('common.hours', { count: Math.floor(left / HOUR) })
  return left % HOUR < MINUTE ? hours : `${hours} ${minutes}`
}

/** `5 minutes ago`, `in 2 hours`. */
export const relativeTime = (instant: string, now: number): string => {
  const difference = Date.parse(instant) - now
  const format = new Intl.RelativeTimeFormat(localeTag(), { numeric: 'auto' })
  const distance = Math.abs(difference)
  if (distance < MINUTE) return format.format(0, 'second')
  if (distance < HOUR) return format.format(Math.trunc(difference / MINUTE), 'minute')
  if (distance < DAY) return format.format(Math.trunc(difference / HOUR), 'hour')
  return format.format(Math.trunc(difference / DAY), 'day')
}

/** One clock for all: every component that shows a passing time is drawn again together. */
const TICK = 15_000
let now = Date.now()
const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const watch = (watcher: () => void): (() => void) => {
  if (watchers.size === 0) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const each of watchers) each()
    }, TICK)
  }
  watchers.add(watcher)
  return () => {
    watchers.delete(watcher)
    if (watchers.size === 0) clearInterval(timer)
  }
}

/** The present, some seconds old at most. Milliseconds since 1970. */
export const useNow = (): number => useSyncExternalStore(watch, () => now)
