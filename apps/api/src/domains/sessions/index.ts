export { checkDeviceState, type StateCheck } from './device-state.ts'
export { endSessions, type SessionEnd, type SessionScope } from './end.ts'
export { expireSessions } from './expire.ts'
export { revokeForeignUse } from './foreign-use.ts'
export { findDeviceKey, findSessionKey, type SessionKey } from './keys.ts'
export { findLiveSession, findSession, type Session, sessionStanding, touchSession } from './standing.ts'
export {
  answerOfSession,
  type CreatedSession,
  findListedSession,
  insertSession,
  type ListedSession,
  listSessions,
  type NewSession,
  type SessionAnswer,
} from './store.ts'
export type { SessionTables } from './tables.ts'
