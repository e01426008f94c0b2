/** How long somebody waits from "connect" to the first row. */
import pg from 'pg'
import { median } from '../median.ts'
import { type DatabaseAccess, pgOptions } from '../paths/path.ts'
import type { Measurement, RoundTrip } from './measurement.ts'

const TIMES = 5

const connectAndAsk = async (access: DatabaseAccess): Promise<number> => {
  const started = performance.now()
  const client = new pg.Client(pgOptions(access))
  client.on('error', () => undefined)
  await client.connect()
  await client.query('SELECT 1')
  const took = performance.now() - started
  await client.end()
  return took
}

export const firstRow = (roundTrip?: RoundTrip): Measurement => {
  const name = roundTrip === undefined ? 'first-row' : `first-row-${roundTrip.milliseconds}ms`
  const where = roundTrip === undefined ? '' : `, over a round trip of ${roundTrip.milliseconds} ms`
  return {
    name,
    title: `First row of a new connection${where}`,
    metrics: [
      { name: `${name}-warm`, title: `First row of a new connection, lease at hand${where}`, unit: 'ms', better: 'lower' },
      { name: `${name}-cold`, title: `First row of a new connection, new lease${where}`, unit: 'ms', better: 'lower' },
    ],
    suits: ({ database }) => database !== null,
    ...(roundTrip === undefined ? {} : { roundTrip, rounds: 1 }),
    run: async ({ database, freshDatabase }) => {
      const fresh = freshDatabase?.() ?? null
      const cold = fresh === null ? null : await connectAndAsk(fresh)
      const warm: number[] = []
      for (let count = 0; count < TIMES; count += 1) warm.push(await connectAndAsk(database!))
      return { [`${name}-warm`]: median(warm), ...(cold === null ? {} : { [`${name}-cold`]: cold }) }
    },
  }
}
