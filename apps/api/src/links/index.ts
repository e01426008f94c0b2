export type { LogLink, UnlockRecord } from './log-operations.ts'
export type { VaultLink } from './vault-operations.ts'
