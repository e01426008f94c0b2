/** One record of activity, in words. */
import { activity, type BindValue, type StoredActivity } from '@sallyport/recording'
import type { ItemOf } from '../names/nouns.ts'

export type ActivityRow = ItemOf<'listActivity'>

const bindText = (value: BindValue): string => {
  switch (value.form) {
    case 'null':
      return 'NULL'
    case 'text':
      return value.value.text
    case 'binary':
      return `base64:${value.value.text}`
    case 'redacted':
      return '[redacted]'
    case 'hashed':
      return `hash:${value.hash.slice(0, 8)}`
    case 'dropped':
      return '[dropped]'
  }
}

const bindsText = (binds: readonly BindValue[]): string => (binds.length === 0 ? '' : `  [${binds.map(bindText).join(', ')}]`)

const whatHappened = (record: StoredActivity): string => {
  switch (record.kind) {
    case 'query':
      return `${record.statement.text}${bindsText(record.binds)}`
    case 'transfer':
      return `${record.statement.text}  (${record.bytes} bytes ${record.direction})`
    case 'sealed':
      return `encrypted to recipients: recording ${record.recording}`
    case 'cancel':
      return record.matched ? 'cancelled a query' : 'cancel request for no connection of this session'
    case 'connection.opened':
      return [record.caller?.program, record.application, record.database].filter((text) => text).join(', ')
    case 'connection.closed':
      return `${record.reason}, ${record.bytesUp} bytes up, ${record.bytesDown} down`
  }
}

export interface ActivityLine {
  readonly what: string
  readonly rows: number | null
  readonly milliseconds: number | null
  readonly error: string | null
}

export const activityLine = (row: ActivityRow): ActivityLine => {
  const parsed = activity.safeParse(row.activity)
  // A kind of a newer version than this client knows.
  if (!parsed.success) return { what: JSON.stringify(row.activity), rows: null, milliseconds: null, error: null }
  const record = parsed.data
  return {
    what: whatHappened(record),
    rows: 'rows' in record ? record.rows : null,
    milliseconds: 'durationMs' in record && record.kind !== 'connection.closed' ? record.durationMs : null,
    error: 'error' in record && record.error ? `${record.error.code} ${record.error.message}` : null,
  }
}
