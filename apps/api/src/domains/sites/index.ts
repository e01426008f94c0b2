export { changeSite, createSite, deleteSite, requireSite } from './service.ts'
export { findSite, listSites } from './store.ts'
export type { Site } from './store.ts'
export type { SiteTables } from './tables.ts'
