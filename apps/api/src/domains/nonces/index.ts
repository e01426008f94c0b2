export { deleteExpiredNonces, spendNonce } from './store.ts'
export type { NonceTables } from './tables.ts'
