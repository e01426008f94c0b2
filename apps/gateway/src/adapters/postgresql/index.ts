import type { Adapter } from '../adapter.ts'
import { postgresqlProbe } from './probe.ts'
import { servePostgresql } from './serve.ts'

export const postgresqlAdapter: Adapter = {
  protocol: 'postgresql',
  serve: (connection) => servePostgresql(connection),
  probe: postgresqlProbe,
}
