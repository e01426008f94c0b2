export type { OrganizationTables } from './tables.ts'
