/** Amounts as people read them. */
import { localeTag, text } from '../texts/text.ts'

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const STEP = 1000

/** `1.2 MB`: three figures at most. */
export const bytes = (amount: number): string => {
  if (amount < STEP) return text('common.bytes', { count: amount })
  const step = Math.min(UNITS.length, Math.floor(Math.log10(amount) / 3))
  const value = amount / STEP ** step
  const maximumFractionDigits = value >= 100 ? 0 : 1
  const unit = UNITS[step - 1] ?? 'kilobyte'
  return new Intl.NumberFormat(localeTag(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(value)
}

/** `5,000`. */
export const count = (value: number): string => new Intl.NumberFormat(localeTag()).format(value)
