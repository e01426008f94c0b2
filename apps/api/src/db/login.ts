/** How a role of the program gets to its database. */
import type { DatabaseRole } from './roles.ts'

export interface DatabaseLogin {
  /** Holds the password: never logged. */
  readonly connectionString: string
  /** The database role to take on after signing in; absent when the login has its rights already. */
  readonly actAs?: string
}

export interface DatabaseServer {
  readonly login: (role: DatabaseRole) => DatabaseLogin
  /** Resolves when the server has ended by itself; null for a server that is not ours. */
  readonly ended: Promise<void> | null
  /** Ends a server that was started here; nothing for one that was not. */
  stop(): Promise<void>
}
