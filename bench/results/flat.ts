/** The run as a flat list, for programs. */
import { median } from '../median.ts'
import { pathNames } from '../paths/path.ts'
import { ratioOf, type Series, type Subject, subjects } from './result.ts'

export interface FlatResult {
  /** `<metric>/<path>` */
  readonly name: string
  /** Median of the rounds. */
  readonly value: number
  readonly unit: string
  /** What it is compared with; null: only the value. */
  readonly versus: Subject | null
  /** Median of the rounds' ratios; null without `versus`. */
  readonly ratio: number | null
}

const peers: readonly Subject[] = [...pathNames, 'vault-local']

/** One entry for each value alone, and one for each that it can be compared with. */
export const flatten = (all: readonly Series[]): FlatResult[] => all.flatMap(flattenSeries)

const flattenSeries = (series: Series): FlatResult[] =>
  subjects.flatMap((path) => {
    const values = series.values.get(path)
    if (values === undefined || values.length === 0) return []
    const entry = { name: `${series.metric.name}/${path}`, value: median(values), unit: series.metric.unit }
    const compared = peers.flatMap((versus): FlatResult[] => {
      const ratio = versus === path ? null : ratioOf(series, path, versus)
      return ratio === null ? [] : [{ ...entry, versus, ratio }]
    })
    return [{ ...entry, versus: null, ratio: null }, ...compared]
  })
