export { createStore, deleteStore, placeOfStore, renameStore, requireStore } from './service.ts'
export { findStore, listStores, makesUsers, makesUsersSql } from './store.ts'
export type { Store } from './store.ts'
export type { StoreTables } from './tables.ts'
