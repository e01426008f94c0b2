/** A real PostgreSQL for tests: TLS, SCRAM, a user with a random password, and whatever else a test asks of it. */
import { randomBytes } from 'node:crypto'
import type { Configuration, RunningPostgres, StartOptions } from '@sallyport/postgres'
import { temporaryPostgres } from '@sallyport/testkit'
import pg from 'pg'
import { makeCertificate, type KeyPair } from './certificates.ts'

export interface Database {
  readonly server: RunningPostgres
  readonly tls: KeyPair
  /** The leased user; may create databases, roles and replication connections. */
  readonly user: string
  readonly password: string
  /** Runs statements as the superuser, past the adapter. */
  admin(statement: string): Promise<readonly Record<string, unknown>[]>
  stop(): Promise<void>
}

export const startDatabase = async (configuration: Configuration & Pick<StartOptions, 'binaries'> = {}): Promise<Database> => {
  const tls = makeCertificate('shop-db')
  const settings = { wal_level: 'logical', max_connections: '60', ...configuration.settings }
  const server = await temporaryPostgres({ port: 0, tls: { ...tls, caPem: tls.certPem }, ...configuration, settings })
  const pool = new pg.Pool({ connectionString: server.connectionString('postgres'), max: 2 })
  // A server that stops takes the idle connections of the pool with it.
  pool.on('error', () => undefined)
  const password = randomBytes(18).toString('base64url')
  const admin = async (statement: string) => (await pool.query<Record<string, unknown>>(statement)).rows
  await admin(`create role app login createdb createrole replication password '${password}'`)
  await admin('create database shop owner app')
  const stop = async (): Promise<void> => {
    await pool.end()
    await server.stop({ mode: 'immediate' })
  }
  return { server, tls, user: 'app', password, admin, stop }
}
