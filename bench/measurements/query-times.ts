/** How long one query takes on a connection that is there: what a path adds to each. */
import pg from 'pg'
import { type DatabaseAccess, pgOptions } from '../paths/path.ts'
import { percentile } from '../percentile.ts'
import type { Measurement } from './measurement.ts'

const timesOf = async (access: DatabaseAccess, milliseconds: number): Promise<number[]> => {
  const client = new pg.Client(pgOptions(access))
  client.on('error', () => undefined)
  await client.connect()
  const times: number[] = []
  try {
    const until = performance.now() + milliseconds
    for (let before = performance.now(); before < until; before = performance.now()) {
      await client.query('SELECT 1')
      times.push(performance.now() - before)
    }
  } finally {
    await client.end()
  }
  return times
}

const title = 'One query on one connection'

export const queryTimes: Measurement = {
  name: 'query',
  title,
  metrics: [
    { name: 'query-p50', title: `${title}, median`, unit: 'ms', better: 'lower' },
    { name: 'query-p99', title: `${title}, 99th percentile`, unit: 'ms', better: 'lower' },
  ],
  suits: ({ database }) => database !== null,
  run: async ({ database }, { milliseconds }) => {
    const times = await timesOf(database!, milliseconds)
    return { 'query-p50': percentile(times, 50), 'query-p99': percentile(times, 99) }
  },
}
