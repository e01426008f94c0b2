/** What PostgreSQL, or the way to it, says when it cannot work, in our words. */
import { SallyportError } from '@sallyport/protocol'
import pg from 'pg'

/** PostgreSQL manual, appendix A: connections, too many of them, the server is starting or shutting down. */
const isAway = (state: string): boolean => state.startsWith('08') || state === '53300' || /^57P0[1-5]$/.test(state)
const DISK_FULL = '53100'

/** What node-postgres says of a connection that ended under a statement; it has no code for that. */
const LOST = /^(?:Connection terminated|Client has encountered a connection error)/

/** Null: it is about something else. */
export const databaseFailure = (cause: unknown): SallyportError | null => {
  if (cause instanceof SallyportError) return cause.code.startsWith('database_') ? cause : null
  if (cause instanceof pg.DatabaseError) {
    if (cause.code === DISK_FULL) return new SallyportError('database_full', { cause })
    return isAway(cause.code ?? '') ? new SallyportError('database_unavailable', { cause }) : null
  }
  return cause instanceof Error && LOST.test(cause.message) ? new SallyportError('database_unavailable', { cause }) : null
}
