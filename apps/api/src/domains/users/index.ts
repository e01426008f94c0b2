export type { UserTables } from './tables.ts'
