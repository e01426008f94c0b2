/** Of values that are there: the smallest that so many of a hundred do not exceed; NaN of nothing. */
export const percentile = (values: readonly number[], percent: number): number =>
  values.toSorted((left, right) => left - right)[Math.max(0, Math.ceil((values.length * percent) / 100) - 1)] ?? Number.NaN
