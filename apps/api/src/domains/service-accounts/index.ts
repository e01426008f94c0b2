export { createServiceAccount, listServiceAccounts, revokeServiceAccount } from './service.ts'
export { statusOfServiceAccount } from './standing.ts'
export { findServiceAccount, findServiceAccountKey, type ServiceAccountRow } from './store.ts'
export type { ServiceAccountTables } from './tables.ts'
