export { changeSink, createSink, deleteSink } from './service.ts'
export { advanceSink, findSink, listSinkPlaces, noteFailure, readSinks, type SinkPlace, type StoredSink } from './store.ts'
export type { SinkTables } from './tables.ts'
