export type { Author } from './author.ts'
export { AUDIT_CHANNEL, recordAudit } from './record.ts'
export type { AuditRecord } from './record.ts'
export type { AuditTables } from './tables.ts'
