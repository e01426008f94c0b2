export { createRecoveryCodes, recoveryCodesOf, useRecoveryCode } from './store.ts'
export type { RecoveryCodeTables } from './tables.ts'
