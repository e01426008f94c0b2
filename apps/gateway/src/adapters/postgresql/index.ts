import type { Adapter } from '../adapter.ts'
import { servePostgresql } from './serve.ts'

export const postgresqlAdapter: Adapter = {
  protocol: 'postgresql',
  serve: (connection) => servePostgresql(connection),
}
