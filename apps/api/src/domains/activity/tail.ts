/** What came in since somebody looked, in the order in which it came: each call looks through so many rows at most. */
import type { Transaction } from '../../db/schema.ts'
import { type ActivityFilter, type EncryptedRow, findAtPlaces, isFullPage } from './list.ts'
import { type ActivityTail, placesReceived } from './walks.ts'

/** Rows that one call looks through, however few of them are wanted: about 70 ms of a processor. */
const MOST_STEPS = 20_000

export interface Received {
  readonly rows: readonly EncryptedRow[]
  /** Everything until there was looked through; null when everything was. */
  readonly tail: ActivityTail | null
}

const tailOf = ({ receivedAt, position: { stream, number } }: EncryptedRow): ActivityTail => ({
  received: receivedAt,
  stream,
  number,
})

/** Oldest first; fewer than `limit` where they are long or rare. */
export const findReceived = async (
  transaction: Transaction,
  options: {
    readonly filter: ActivityFilter
    readonly since: ActivityTail
    readonly limit: number
    /** Rows to look through. */
    readonly steps?: number
  },
): Promise<Received> => {
  const { filter, since, limit, steps = MOST_STEPS } = options
  const { places, upTo } = await placesReceived(transaction, { filter, since, limit, steps })
  const rows = places.length === 0 ? [] : await findAtPlaces(transaction, { filter, places, order: 'received' })
  const last = rows.at(-1)
  return { rows, tail: last !== undefined && isFullPage(rows) ? tailOf(last) : upTo }
}
