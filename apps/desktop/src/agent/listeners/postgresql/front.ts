import type { Front } from '../front.ts'
import { connectionUrl } from './connection-url.ts'
import { errorResponse } from './error-response.ts'
import { failureIn } from './failure.ts'
import { negotiate } from './negotiate.ts'

/** PostgreSQL: libpq finds the unix socket by folder and port. */
export const postgresqlFront: Front = {
  socketName: (port) => `.s.PGSQL.${port}`,
  url: connectionUrl,
  open: async (socket, options) => {
    const { kind, client, packet } = await negotiate(socket, options)
    return { kind: kind === 'cancel' ? 'message' : 'connection', client, first: packet }
  },
  refusal: errorResponse,
  failureIn,
}
