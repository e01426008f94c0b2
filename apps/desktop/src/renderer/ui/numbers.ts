/** Amounts as people read them. */
import { text } from '../texts/text.ts'
import { numberFormat } from './formats.ts'

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const STEP = 1000

/** `1.2 MB`: three figures at most. */
export const bytes = (amount: number): string => {
  if (amount < STEP) return text('common.bytes', { count: amount })
  const step = Math.min(UNITS.length, Math.floor(Math.log10(amount) / 3))
  const value = amount / STEP ** step
  const maximumFractionDigits = value >= 100 ? 0 : 1
  const unit = UNITS[step - 1] ?? 'kilobyte'
  return numberFormat(unit, maximumFractionDigits).format(value)
}

/** `5,000`. */
export const count = (value: number): string => numberFormat().format(value)
