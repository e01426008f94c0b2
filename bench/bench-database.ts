/** The PostgreSQL that all paths lead to: the embedded one, with pgbench's tables. */
import { randomBytes } from 'node:crypto'
import { makeAuthority, runProgram, temporaryPostgres } from '@sallyport/testkit'
import pg from 'pg'
import { type DatabaseAccess, libpqEnvironment } from './paths/path.ts'

const NAME = 'bench'

/** Enough for all paths together, c32 each, and for connections that are still being closed. */
const settings = { max_connections: '300', shared_buffers: '128MB', max_wal_size: '2GB' }

export interface BenchDatabase {
  readonly access: DatabaseAccess
  stop(): Promise<void>
}

/** Takes SCRAM only, as a database that matters does. */
export const startBenchDatabase = async ({ tls }: { readonly tls: boolean }): Promise<BenchDatabase> => {
  const authority = tls ? await makeAuthority({ name: 'bench authority' }) : null
  const issued = await authority?.issue({ ipAddresses: ['127.0.0.1'], dnsNames: ['localhost'] })
  const postgres = await temporaryPostgres({
    port: 0,
    settings,
    hba: [`${tls ? 'hostssl' : 'host'} all all 127.0.0.1/32 scram-sha-256`],
    ...(issued ? { tls: { certPem: issued.cert, keyPem: issued.key } } : {}),
  })
  try {
    const password = randomBytes(18).toString('base64url')
    const client = new pg.Client({ connectionString: postgres.connectionString('postgres') })
    await client.connect()
    await client.query(`CREATE ROLE ${NAME} LOGIN PASSWORD ${client.escapeLiteral(password)}`)
    await client.query(`CREATE DATABASE ${NAME} OWNER ${NAME}`)
    await client.end()
    const access: DatabaseAccess = {
      host: '127.0.0.1',
      port: postgres.port,
      database: NAME,
      user: NAME,
      password,
      sslmode: tls ? 'require' : 'disable',
      caPem: authority?.ca ?? null,
    }
    await furnish(access)
    return { access, stop: () => postgres.stop({ mode: 'immediate' }) }
  } catch (error) {
    await postgres.stop({ mode: 'immediate' })
    throw error
  }
}

const furnish = async (access: DatabaseAccess): Promise<void> => {
  const env = libpqEnvironment(access)
  const made = await runProgram({ command: 'pgbench', args: ['-i', '-q', '-I', 'dtGvp'], env })
  if (made.code !== 0) throw new Error(`pgbench could not make its tables:\n${made.stderr}`)
  const sql = 'CREATE UNLOGGED TABLE sink (body text)'
  const sink = await runProgram({ command: 'psql', args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql], env })
  if (sink.code !== 0) throw new Error(sink.stderr)
}
