export { logPlace } from './log-operations.ts'
export type { LogLink, LogPlace, UnlockRecord } from './log-operations.ts'
export type { VaultLink } from './vault-operations.ts'
