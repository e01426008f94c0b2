import type { Metric } from '../measurements/measurement.ts'
import { median } from '../median.ts'
import type { PathName } from '../paths/path.ts'

/** What one path did in each round, by metric. */
export interface Series {
  readonly metric: Metric
  readonly values: ReadonlyMap<PathName, readonly number[]>
}

/** The median of each round's own ratio: what slowed the machine down in one round slowed both. Null: not comparable. */
export const ratioOf = (series: Series, path: PathName, versus: PathName): number | null => {
  const [ours, theirs] = [series.values.get(path) ?? [], series.values.get(versus) ?? []]
  const rounds = Math.min(ours.length, theirs.length)
  if (rounds === 0) return null
  const ratio = median(ours.slice(0, rounds).map((value, round) => value / theirs[round]!))
  return Number.isFinite(ratio) ? ratio : null
}
