import type { GrantedCredential } from '@sallyport/protocol/api'

/** What to paste into a tool. The user is ignored; it is there because tools want one, and name the database after it. */
export const connectionUrl = (granted: GrantedCredential, port: number): string => {
  const [database] = granted.databases
  const path = database === undefined ? '' : `/${encodeURIComponent(database)}`
  return `postgresql://${encodeURIComponent(granted.userName)}@127.0.0.1:${port}${path}?sslmode=disable`
}
