export { changeNotice, EVENTS_CHANNEL, notifyChange } from './notify.ts'
export type { Change, ChangeNotice, EventTopic } from './notify.ts'
export type { EventTables } from './tables.ts'
