/** Addresses of a credential in the forms that tools take. */
import { join } from 'node:path'
import type { LocalCredential } from '../../shared/local-api.ts'
import { shellWord } from './shell-word.ts'

/** What libpq is told; the listener asks for no password and ends here, so that TLS would protect nothing. */
export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly socketDirectory: string | null
}

/** @param database absent: the first that the credential may use, or the one that most servers have. */
export const postgresAddress = (credential: LocalCredential, database?: string): PostgresAddress => ({
  host: credential.host,
  port: credential.port,
  user: credential.granted.userName,
  database: database ?? credential.granted.databases[0] ?? 'postgres',
  socketDirectory: credential.socketDirectory,
})

const urlOf = (
  { user, host, port, database }: Pick<PostgresAddress, 'user' | 'host' | 'port' | 'database'>,
  parameters: Readonly<Record<string, string>>,
): string => {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const authority = `${encodeURIComponent(user)}@${host}${host === '' ? '' : `:${port}`}`
  return `postgresql://${authority}/${encodeURIComponent(database)}?${query.join('&')}`
}

export const plainUrl = (address: PostgresAddress): string => urlOf(address, { sslmode: 'disable' })

/** Names every setting that the environment of the person could bend otherwise: PGHOSTADDR, PGSSLMODE, PGOPTIONS and others. */
export const explicitUrl = (address: PostgresAddress): string =>
  urlOf(address, {
    hostaddr: address.host,
    sslmode: 'disable',
    gssencmode: 'disable',
    channel_binding: 'disable',
    target_session_attrs: 'any',
    options: '',
    connect_timeout: '15',
  })

/** Through the unix socket; null where the system has none. */
export const socketUrl = ({ socketDirectory, ...address }: PostgresAddress): string | null =>
  socketDirectory === null ? null : urlOf({ ...address, host: '' }, { host: socketDirectory, port: String(address.port) })

export const socketPath = ({ socketDirectory, port }: PostgresAddress): string | null =>
  socketDirectory === null ? null : join(socketDirectory, `.s.PGSQL.${port}`)

export const jdbcUrl = ({ host, port, database, user }: PostgresAddress): string =>
  `jdbc:postgresql://${host}:${port}/${encodeURIComponent(database)}?user=${encodeURIComponent(user)}&sslmode=disable&gssEncMode=disable`

export const psqlWords = (address: PostgresAddress): readonly string[] => ['psql', '-w', explicitUrl(address)]

/** Environment variables of libpq. */
export const libpqVariables = ({ host, port, user, database }: PostgresAddress): Readonly<Record<string, string>> => ({
  PGHOST: host,
  PGHOSTADDR: host,
  PGPORT: String(port),
  PGUSER: user,
  PGDATABASE: database,
  PGSSLMODE: 'disable',
  PGGSSENCMODE: 'disable',
  PGCHANNELBINDING: 'disable',
  PGTARGETSESSIONATTRS: 'any',
})

/** A service file of the person would win over all the variables. */
const UNSET = ['PGSERVICE', 'PGOPTIONS']

/** Lines to evaluate in a shell: POSIX, and on Windows PowerShell. */
export const shellLines = (address: PostgresAddress, platform = process.platform): string => {
  const variables = Object.entries(libpqVariables(address))
  if (platform === 'win32')
    return [
      ...UNSET.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
      ...variables.map(([name, value]) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
    ].join('\n')
  return [`unset ${UNSET.join(' ')}`, ...variables.map(([name, value]) => `export ${name}=${shellWord(value)}`)].join('\n')
}

/**
 * psql in a container. On Linux it shares the network of the host and runs as the person, because the listener serves nobody
 * else; elsewhere the container's own name of the host leads here.
 */
export const dockerLine = (address: PostgresAddress, platform = process.platform): string =>
  platform === 'linux'
    ? `docker run --rm -it --network host --user "$(id -u):$(id -g)" postgres psql -w ${shellWord(plainUrl(address))}`
    : `docker run --rm -it postgres psql -w ${shellWord(plainUrl({ ...address, host: 'host.docker.internal' }))}`
