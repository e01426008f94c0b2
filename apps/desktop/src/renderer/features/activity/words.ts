/** What kinds of records and their figures are called. */
import { text } from '../../texts/text.ts'
import { count } from '../../ui/numbers.ts'
import type { ActivityRecord } from './record.ts'
import { oneLine } from './record.ts'

export const kindName = (kind: string): string => {
  switch (kind) {
    case 'query':
      return text('activity.kindQuery')
    case 'transfer':
      return text('activity.kindTransfer')
    case 'cancel':
      return text('activity.kindCancel')
    case 'connection.opened':
      return text('activity.kindOpened')
    case 'connection.closed':
      return text('activity.kindClosed')
    default:
      return kind
  }
}

/** `12 ms`, `0.4 ms`, `3.2 s`. */
export const took = (milliseconds: number): string =>
  milliseconds < 1000
    ? text('activity.took', { milliseconds: milliseconds < 10 ? Math.round(milliseconds * 10) / 10 : Math.round(milliseconds) })
    : text('activity.tookSeconds', { seconds: Math.round(milliseconds / 100) / 10 })

/** What happened, on one line. */
export const lineOf = (record: ActivityRecord | null, activity: unknown): string => {
  if (record === null) return oneLine(JSON.stringify(activity))
  switch (record.kind) {
    case 'query':
    case 'transfer':
      return oneLine(record.statement.text)
    case 'sealed':
      return text('activity.sealed')
    case 'cancel':
      return text(record.matched ? 'activity.cancelMatched' : 'activity.cancelUnmatched')
    case 'connection.opened':
      return [record.application, record.caller?.program, record.database].filter((part) => part).join(' · ')
    case 'connection.closed':
      return record.reason
  }
}

export const rowsOf = (record: ActivityRecord | null): string =>
  record && 'rows' in record && record.rows !== null ? count(record.rows) : ''

export const tookOf = (record: ActivityRecord | null): string =>
  record && (record.kind === 'query' || record.kind === 'transfer') ? took(record.durationMs) : ''

export const errorOf = (record: ActivityRecord | null): { readonly code: string; readonly message: string } | null =>
  record && 'error' in record ? record.error : null
