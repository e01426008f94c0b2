/** What tests say about records, without times. */
import type { Activity } from '@sallyport/recording'

type Query = Extract<Activity, { kind: 'query' }>
type Transfer = Extract<Activity, { kind: 'transfer' }>

export const queriesIn = (records: readonly Activity[]): Query[] => records.filter((record) => record.kind === 'query')

export const transfersIn = (records: readonly Activity[]): Transfer[] => records.filter((record) => record.kind === 'transfer')

/** One line for each query: text, rows, SQLSTATE or code of its error. */
export const summary = (records: readonly Activity[]): string[] =>
  queriesIn(records).map(({ statement, rows, error }) => `${statement.text} | ${rows} | ${error?.code ?? 'ok'}`)
