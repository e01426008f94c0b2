/**
 * Formatters of times and numbers, each made once: making one takes as long as using it some hundred times, and lists use them in
 * every row.
 */
import { localeTag } from '../texts/text.ts'

const DATES = {
  time: { hour: '2-digit', minute: '2-digit' },
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  dayOfYear: { day: 'numeric', month: 'short', year: 'numeric' },
  logDay: { day: '2-digit', month: 'short' },
  date: { dateStyle: 'medium' },
  everything: { dateStyle: 'full', timeStyle: 'long' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>

const dates = new Map<string, Intl.DateTimeFormat>()

/** Of the place where the computer is now: people travel with the app open. */
export const dateFormat = (form: keyof typeof DATES): Intl.DateTimeFormat => {
  const key = `${localeTag()} ${form} ${new Date().getTimezoneOffset()}`
  const known = dates.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(localeTag(), DATES[form])
  dates.set(key, made)
  return made
}

const numbers = new Map<string, Intl.NumberFormat>()

/** `unit`: as `Intl` names it; without one, a plain number. */
export const numberFormat = (unit?: string, maximumFractionDigits = 0): Intl.NumberFormat => {
  const key = `${localeTag()} ${unit} ${maximumFractionDigits}`
  const known = numbers.get(key)
  if (known) return known
  const style = unit === undefined ? {} : ({ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits } as const)
  const made = new Intl.NumberFormat(localeTag(), style)
  numbers.set(key, made)
  return made
}
