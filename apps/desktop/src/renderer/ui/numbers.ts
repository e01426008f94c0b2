/** Amounts as people read them. */
import { localeTag } from '../texts/text.ts'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const STEP = 1000

/** `1.2 MB`: three figures at most. */
export const bytes = (count: number): string => {
  const step = count < STEP ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3))
  const value = count / STEP ** step
  const maximumFractionDigits = step === 0 || value >= 100 ? 0 : 1
  const unit = UNITS[step] ?? 'byte'
  return new Intl.NumberFormat(localeTag(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(value)
}

/** `5,000`. */
export const count = (value: number): string => new Intl.NumberFormat(localeTag()).format(value)
