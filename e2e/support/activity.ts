/** What the log tells an auditor was done on resources. */
import type { Activity } from '@sallyport/recording'
import type { InputOf, ResponseOf, RouteOf } from '@sallyport/protocol/api'
import type { Agent } from '@sallyport/testbed'

type Row = ResponseOf<RouteOf<'listActivity'>>['items'][number]
export type ActivityRow = Omit<Row, 'activity'> & { readonly activity: Activity }
type Filter = Omit<NonNullable<InputOf<RouteOf<'listActivity'>>['query']>, 'cursor' | 'limit'>

/** Every row, newest first. */
export const allActivity = async (auditor: Agent, filter: Filter = {}): Promise<ActivityRow[]> => {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const query = { ...filter, limit: 500, ...(cursor === undefined ? {} : { cursor }) }
    const page = await auditor.api('listActivity', { query })
    rows.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return rows as ActivityRow[]
}

/** The text of a query's statement; null for other rows. */
export const statementOf = ({ activity }: ActivityRow): string | null =>
  activity.kind === 'query' || activity.kind === 'transfer' ? activity.statement.text : null
