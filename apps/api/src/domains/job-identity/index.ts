export { jobIdentities } from './identity.ts'
export type { JobIdentities, JobSigning } from './identity.ts'
export type { JobIdentityTables } from './tables.ts'
export { deleteExpiredJobSessions, verifyJobTicket } from './verify.ts'
