export type { CredentialTables } from './tables.ts'
