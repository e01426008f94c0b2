/** The batch in which a record came, as its gateway signed it. */
import { createHash } from 'node:crypto'
import type { ActivityEnvelope } from '@sallyport/protocol'
import { MAX_PROVEN_LINES } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import type { ActivityKeys } from './keys.ts'
import { type EncryptedRow, findActivity, findBatch, openActivity } from './list.ts'

export interface SentBatch {
  readonly stream: string
  /** Number of its first record. */
  readonly first: number
  /** Milliseconds since 1970; the time of its entry in the log. */
  readonly receivedAt: number
  readonly digest: Uint8Array
  /** What is left of it, in its order. */
  readonly rows: readonly EncryptedRow[]
}

/** `record`: `<stream>-<number>`. Null when there is none of this id. */
export const findSentBatch = async (transaction: Transaction, record: string): Promise<SentBatch | null> => {
  const [row] = await findActivity(transaction, { filter: { id: record }, below: null, limit: 1 })
  if (row === undefined) return null
  const { stream, number } = row.position
  const batch = await transaction
    .selectFrom('activity_batches')
    .select(['first', 'count', 'digest', 'received_at'])
    .where('stream', '=', stream)
    .where('first', '<=', String(number))
    .orderBy('first', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  const place = { stream, first: Number(batch.first), receivedAt: batch.received_at.getTime() }
  return { ...place, digest: batch.digest, rows: await findBatch(transaction, { ...place, count: batch.count }) }
}

/** The lines that the gateway signed; null when they cannot be made again, or are longer than an answer may be. Throws `vault_unavailable`. */
export const linesOfBatch = async (
  { digest, rows }: SentBatch,
  scope: { readonly organization: string; readonly keys: ActivityKeys },
): Promise<string | null> => {
  if (rows.reduce((bytes, { body }) => bytes + body.length, 0) > MAX_PROVEN_LINES) return null
  const numbers = new Map(rows.map(({ id, position }) => [id, position.number]))
  const lines = (await openActivity(rows, scope)).map(({ id, lease, connection, session, credential, activity }) => {
    const line: ActivityEnvelope = { number: numbers.get(id)!, lease, connection, session, credential, activity }
    return `${JSON.stringify(line)}\n`
  })
  const text = lines.join('')
  return text.length <= MAX_PROVEN_LINES && createHash('sha256').update(text).digest().equals(digest) ? text : null
}
