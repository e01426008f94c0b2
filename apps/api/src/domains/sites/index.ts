export type { SiteTables } from './tables.ts'
