export type { GrantTables } from './tables.ts'
