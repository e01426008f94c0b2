/** How clients reach a server that was started here. */

export interface Endpoint {
  /** null on Windows, where there is no unix socket. */
  readonly socketDirectory: string | null
  readonly port: number
}

export interface Login {
  readonly name: string
  readonly password: string
}

/**
 * A URL that libpq and node-postgres both understand, over the unix socket where there is one, else over TCP on 127.0.0.1.
 * It holds the password: never log it.
 */
export const connectionUrl = (endpoint: Endpoint, login: Login, database: string): string => {
  const who = `${encodeURIComponent(login.name)}:${encodeURIComponent(login.password)}`
  const path = `/${encodeURIComponent(database)}`
  if (endpoint.socketDirectory === null) return `postgresql://${who}@127.0.0.1:${endpoint.port}${path}`
  return `postgresql://${who}@${path}?host=${encodeURIComponent(endpoint.socketDirectory)}&port=${endpoint.port}`
}
