export type { ResourceTables } from './tables.ts'
