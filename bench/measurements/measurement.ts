import type { Path, PathName } from '../paths/path.ts'

export interface Metric {
  /** Unique among all: `bulk-up`. */
  readonly name: string
  readonly title: string
  readonly unit: string
  /** Which way is good. */
  readonly better: 'higher' | 'lower'
}

export interface Pace {
  /** Times that every path is measured, in turns. */
  readonly rounds: number
  /** How long one transfer lasts, milliseconds. */
  readonly milliseconds: number
}

/** Values by metric name; a metric that a path does not have is absent. */
export type Values = Readonly<Record<string, number>>

export interface Measurement {
  readonly name: string
  /** Heading of its tables. */
  readonly title: string
  readonly metrics: readonly Metric[]
  /** Whether it makes sense for this path. */
  readonly suits: (path: Path) => boolean
  readonly run: (path: Path, pace: Pace) => Promise<Values>
  /** Wants processes that have carried nothing yet. */
  readonly fresh?: boolean
  /** Instead of the run's own number of rounds. */
  readonly rounds?: number
  /** Paths on a link with this round trip; absent: on loopback. */
  readonly roundTrip?: RoundTrip
}

export interface RoundTrip {
  readonly milliseconds: number
  /** Bytes per second in each direction. */
  readonly bytesPerSecond: number
  readonly paths: readonly PathName[]
}
