const DAY = 86_400
const HOUR = 3600
const MINUTE = 60

const words = (amount: number, unit: 'day' | 'hour' | 'minute' | 'second'): string =>
  new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(amount)

/** `1 hour 30 minutes`, `3 days`: seconds as people ask for them. */
export const timeSpan = (seconds: number): string => {
  const parts = [
    [Math.floor(seconds / DAY), 'day'],
    [Math.floor((seconds % DAY) / HOUR), 'hour'],
    [Math.floor((seconds % HOUR) / MINUTE), 'minute'],
    [seconds % MINUTE, 'second'],
  ] as const
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => words(amount, unit))
    .join(' ')
}
