/** What somebody who types feels while somebody else transfers a file over the same path. */
import { echoTimes, download } from '../traffic/client.ts'
import type { Measurement, Metric, RoundTrip } from './measurement.ts'

const percentile = (times: readonly number[], share: number): number => {
  const sorted = [...times].sort((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** The bulk's windows grow meanwhile. */
const AHEAD_MS = 500

export const echoBesideBulk = (where: {
  readonly name: string
  readonly title: string
  readonly roundTrip?: RoundTrip
}): Measurement => {
  const metric = (kind: string, title: string, unit: string): Metric => ({
    name: `${where.name}-${kind}`,
    title: `${where.title}, ${title}`,
    unit,
    better: unit === 'ms' ? 'lower' : 'higher',
  })
  return {
    name: where.name,
    title: where.title,
    metrics: [
      metric('p50', 'median', 'ms'),
      metric('p99', '99th percentile', 'ms'),
      metric('bulk', 'the bulk meanwhile', 'MB/s'),
    ],
    suits: ({ bytes }) => bytes !== null,
    ...(where.roundTrip ? { roundTrip: where.roundTrip } : {}),
    run: async (path, { milliseconds }) => {
      const lasting = milliseconds * 2
      const bulk = download(path.bytes!, lasting + AHEAD_MS)
      await new Promise((resolve) => setTimeout(resolve, AHEAD_MS))
      const times = await echoTimes(path.bytes!, lasting)
      const { bytes, seconds } = await bulk
      return {
        [`${where.name}-p50`]: percentile(times, 0.5),
        [`${where.name}-p99`]: percentile(times, 0.99),
        [`${where.name}-bulk`]: bytes / seconds / 1e6,
      }
    },
  }
}
