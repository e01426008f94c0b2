export { raiseAlert } from './raise.ts'
export type { AlertKind, RaiseAlertOptions } from './raise.ts'
export type { AlertTables } from './tables.ts'
