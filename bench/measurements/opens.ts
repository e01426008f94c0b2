/** New connections without PostgreSQL: each sends a byte and gets it back. */
import { connectRate } from '../traffic/client.ts'
import type { Measurement } from './measurement.ts'

const title = 'Connections per second with one byte there and back, 4 clients'

export const opens: Measurement = {
  name: 'opens',
  title,
  metrics: [{ name: 'opens', title, unit: '/s', better: 'higher' }],
  suits: ({ bytes }) => bytes !== null,
  run: async (path, { milliseconds }) => ({ opens: await connectRate(path.bytes!, { clients: 4, milliseconds }) }),
}
