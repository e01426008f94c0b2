import type { Adapter } from '../adapter.ts'
import { postgresqlLogins } from './logins.ts'
import { postgresqlProbe } from './probe.ts'
import { servePostgresql } from './serve.ts'
import { postgresqlTemporaryUsers } from './temporary-users.ts'

export const postgresqlAdapter: Adapter = {
  protocol: 'postgresql',
  serve: (connection) => servePostgresql(connection),
  probe: postgresqlProbe,
  temporaryUsers: postgresqlTemporaryUsers,
  logins: postgresqlLogins,
}
