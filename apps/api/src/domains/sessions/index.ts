export type { SessionTables } from './tables.ts'
