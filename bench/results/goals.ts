/** What the data path is to reach. Ratios compare medians of the same run; other limits are in the metric's unit. */
import { median } from '../median.ts'
import type { PathName } from '../paths/path.ts'
import { ratioOf, type Series, type Subject } from './result.ts'

export interface Goal {
  readonly metric: string
  readonly path: Subject
  /** Compared with this path; null: the limit is a value. */
  readonly versus: PathName | null
  readonly bound: 'at least' | 'at most'
  readonly limit: number
}

/** Two figures of one run that are this close are the same on a machine that also does other things. */
const TIE = 0.1

type Which = readonly [metric: string, path: Subject, versus: PathName | null]

const atLeast = ([metric, path, versus]: Which, limit: number): Goal => ({ metric, path, versus, bound: 'at least', limit })
const atMost = ([metric, path, versus]: Which, limit: number): Goal => ({ metric, path, versus, bound: 'at most', limit })

const bulkGoals = (metric: string, path: PathName): Goal[] => [
  atLeast([metric, path, 'ssh'], 1.3),
  atLeast([metric, path, 'stunnel'], 1.4),
  atLeast([metric, path, 'haproxy'], 1.4),
  atMost([`${metric}-cpu`, path, 'ssh'], 0.8),
]

export const roundTrips = [20, 50, 100] as const

export const goals: readonly Goal[] = [
  atLeast(['log-appends', 'log', null], 5_000),
  atMost(['log-integration', 'log', null], 1_000),
  atMost(['log-verify', 'log', null], 60),
  ...bulkGoals('bulk-up', 'raw'),
  ...bulkGoals('bulk-down', 'raw'),
  ...bulkGoals('copy-out-wide', 'sallyport'),
  ...bulkGoals('copy-in', 'sallyport'),
  ...roundTrips.flatMap((milliseconds) =>
    ['up', 'down'].flatMap((direction) => [
      atLeast([`bulk-${direction}-${milliseconds}ms`, 'raw', 'direct'], 1),
      atLeast([`bulk-${direction}-${milliseconds}ms`, 'raw', 'ssh'], 2.5),
    ]),
  ),
  ...(['simple', 'prepared'] as const).flatMap((mode) => [
    atLeast([`queries-${mode}-c1`, 'sallyport', 'stunnel'], 1.1),
    atLeast([`queries-${mode}-c8`, 'sallyport', 'ssh'], 1.1),
    atLeast([`queries-${mode}-c32`, 'sallyport', 'stunnel'], 1.8),
  ]),
  atLeast(['opens', 'raw', 'stunnel'], 5),
  atLeast(['connections', 'sallyport', 'stunnel'], 5),
  // Two round trips of the link.
  atMost(['echo-20ms-p99', 'raw', null], 40),
  atMost(['idle-stream-near', 'raw', null], 6),
  atMost(['idle-stream-far', 'raw', null], 6),
  atMost(['idle-process-far', 'sallyport', null], 80),
  atMost(['app-first-paint', 'app', null], 400),
  atMost(['app-switch', 'app', null], 150),
  atMost(['app-filter', 'app', null], 30),
  atMost(['app-palette-open', 'app', null], 60),
  atMost(['app-palette-key', 'app', null], 30),
  atMost(['app-scroll-p95', 'app', null], 32),
  atMost(['app-log-first', 'app', null], 300),
  atMost(['app-memory', 'app', null], 180),
]

export type Verdict = 'met' | 'tie' | 'missed'

export interface Judged {
  readonly goal: Goal
  readonly found: number
  readonly verdict: Verdict
}

/** null: this run says nothing about it. */
export const judge = (goal: Goal, series: Series): Judged | null => {
  const values = series.values.get(goal.path) ?? []
  const found = goal.versus === null ? median(values) : ratioOf(series, goal.path, goal.versus)
  if (found === null || values.length === 0) return null
  return { goal, found, verdict: verdictOf(goal, found) }
}

const verdictOf = ({ bound, limit }: Goal, found: number): Verdict => {
  const reached = bound === 'at least' ? found / limit : limit / found
  if (reached >= 1) return 'met'
  return reached >= 1 - TIE ? 'tie' : 'missed'
}

export const describeGoal = ({ versus, bound, limit }: Goal, unit: string): string => {
  const sign = bound === 'at least' ? '≥' : '≤'
  return versus === null ? `${sign} ${limit} ${unit}` : `${sign} ${limit} × ${versus}`
}
