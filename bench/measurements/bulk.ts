/** One connection that carries bytes as fast as it can, without PostgreSQL: what the path itself is able to do. */
import { download, upload } from '../traffic/client.ts'
import type { Path } from '../paths/path.ts'
import type { Measurement, Metric, RoundTrip } from './measurement.ts'
import { toValues, withCpu } from './with-cpu.ts'

export const bulkMetrics = (name: string, title: string): readonly Metric[] => [
  { name, title, unit: 'MB/s', better: 'higher' },
  { name: `${name}-cpu`, title: `${title}, processor time of both ends`, unit: 's/GB', better: 'lower' },
]

const directions = {
  down: { title: 'Bytes to the tool, one connection', transfer: download },
  up: { title: 'Bytes from the tool, one connection', transfer: upload },
} as const

export const bulk = (direction: keyof typeof directions): Measurement => {
  const { title, transfer } = directions[direction]
  const name = `bulk-${direction}`
  return {
    name,
    title,
    metrics: bulkMetrics(name, title),
    suits: ({ bytes }) => bytes !== null,
    run: async (path, { milliseconds }) => toValues(name, await withCpu(path, () => transfer(path.bytes!, milliseconds))),
  }
}

/** The same over a link, for long enough that windows get to their size. */
export const bulkOverLink = (direction: keyof typeof directions, roundTrip: RoundTrip): Measurement => {
  const { title, transfer } = directions[direction]
  const name = `bulk-${direction}-${roundTrip.milliseconds}ms`
  return {
    name,
    title: `${title}, over a round trip of ${roundTrip.milliseconds} ms`,
    metrics: [{ name, title, unit: 'MB/s', better: 'higher' }],
    suits: ({ bytes }) => bytes !== null,
    roundTrip,
    rounds: 1,
    run: async (path, { milliseconds }) => {
      const { bytes, seconds } = await transfer(path.bytes!, milliseconds * 3)
      return { [name]: bytes / seconds / 1e6 }
    },
  }
}

/** Carries something once, so that nothing is measured while it still warms up. */
export const warmUp = async (path: Path, milliseconds: number): Promise<void> => {
  if (path.bytes === null) return
  await download(path.bytes, milliseconds)
  await upload(path.bytes, milliseconds)
}
