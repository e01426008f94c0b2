export { createStore, deleteStore, placeOfStore, renameStore, requireStore } from './service.ts'
export { findStore, listStores } from './store.ts'
export type { Store } from './store.ts'
export type { StoreTables } from './tables.ts'
