export { changeSink, changeStreams, createSink, deleteSink, requireSink } from './service.ts'
export { advanceSink, findSink, forgetFailures, listSinkPlaces, noteFailure, readSinks } from './store.ts'
export type { SinkPlace, StoredSink, StoredStream } from './store.ts'
export type { SinkTables } from './tables.ts'
