export { endLeasesNoLongerAllowed } from './end-not-allowed.ts'
export type { LeaseScope } from './scope.ts'
export type { LeaseTables } from './tables.ts'
