/** Spans of time that people choose from, in seconds. Pure. */
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const USUAL = [
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  3 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  60 * DAY,
  90 * DAY,
]

/** The usual ones up to `most`, `most` itself, and `also` when it fits. Ascending. */
export const spansUpTo = (most: number, also?: number): readonly number[] => {
  const spans = new Set([...USUAL.filter((span) => span < most), most, ...(also !== undefined && also <= most ? [also] : [])])
  return [...spans].toSorted((one, other) => one - other)
}

/** What is offered first: an hour, or less where less is allowed. */
export const usualSpan = (most: number): number => Math.min(HOUR, most)
