/** The ways in which bytes get from a tool to a database, all between the same two ends. */
import type { ClientConfig } from 'pg'

export const pathNames = [
  'direct',
  'direct-tls',
  'ssh',
  'stunnel',
  'haproxy',
  'pgbouncer',
  'raw',
  'sallyport',
  'sallyport-tls',
  'sallyport-relay',
] as const
export type PathName = (typeof pathNames)[number]

/** Those through one whole Sallyport. */
const ofSallyport = ['sallyport', 'sallyport-tls', 'sallyport-relay'] as const satisfies readonly PathName[]
export type SallyportPathName = (typeof ofSallyport)[number]
export const isSallyport = (name: PathName): name is SallyportPathName => ofSallyport.some((each) => each === name)

export interface DatabaseAccess {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly sslmode: 'disable' | 'require'
  /** PEM of whom to trust; null without TLS. */
  readonly caPem: string | null
}

/** What the paths lead to. */
export interface Ends {
  /** A PostgreSQL without TLS, as beside a tunnel's far end. */
  readonly plain: DatabaseAccess
  /** The same with TLS, as across a network; null: no path of this run needs it. */
  readonly tls: DatabaseAccess | null
  /** Port of the byte server. */
  readonly bytes: number
  /** For keys, settings and state. */
  readonly folder: string
}

export interface Path {
  readonly name: PathName
  /** Port of this machine that leads to the byte server; null: the path carries PostgreSQL only. */
  readonly bytes: number | null
  /** What to give a PostgreSQL tool; null: the path was started without. */
  readonly database: DatabaseAccess | null
  /** Leads to the same database under a lease that does not exist yet, another one at each call; null when all are used up. */
  readonly freshDatabase?: () => DatabaseAccess | null
  /** Processes that carry the bytes on the tool's and on the database's side; both may be empty. */
  readonly near: readonly number[]
  readonly far: readonly number[]
  /** Asks processes that can to collect their garbage; absent where none can. */
  readonly collectGarbage?: () => void
  stop(): Promise<void>
}

/** How the near side reaches a port of the far side: directly, or through something slow. */
export type Link = (port: number) => Promise<number>

export const noLink: Link = (port) => Promise.resolve(port)

export type StartPath = (ends: Ends, link: Link) => Promise<Path>

/** A path that cannot run here; the reason is for the report. */
export class PathSkipped extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'PathSkipped'
  }
}

/** libpq's own variables, for psql and pgbench. */
export const libpqEnvironment = (access: DatabaseAccess): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  PGHOST: access.host,
  PGPORT: String(access.port),
  PGDATABASE: access.database,
  PGUSER: access.user,
  PGPASSWORD: access.password,
  PGSSLMODE: access.sslmode,
  PGGSSENCMODE: 'disable',
  PGCONNECT_TIMEOUT: '20',
})

/** For a client of Node's own. */
export const pgOptions = ({ host, port, database, user, password, sslmode, caPem }: DatabaseAccess): ClientConfig => ({
  host,
  port,
  database,
  user,
  password,
  ssl: sslmode === 'disable' ? false : { ca: caPem ?? undefined },
})
