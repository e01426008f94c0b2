export { endSupportAccess, endSupportAccessInTime, openSupportAccess, type SupportAccessDraft } from './service.ts'
export { listSupportAccess } from './store.ts'
export { recordSupportUse } from './use.ts'
export type { SupportAccessTables } from './tables.ts'
