export { lockRevocationNumber, REVOCATIONS_CHANNEL, revoke } from './revoke.ts'
export type { RevokeOptions } from './revoke.ts'
export type { RevocationTables } from './tables.ts'
