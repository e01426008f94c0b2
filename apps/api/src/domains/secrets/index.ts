export type { SecretTables } from './tables.ts'
