export { checkDeviceState, type StateCheck } from './device-state.ts'
export { endSessions, type SessionEnd, type SessionScope } from './end.ts'
export { findLiveSession, findSession, type Session, sessionStanding, touchSession } from './standing.ts'
export type { SessionTables } from './tables.ts'
