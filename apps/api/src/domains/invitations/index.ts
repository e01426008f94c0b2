export type { InvitationTables } from './tables.ts'
