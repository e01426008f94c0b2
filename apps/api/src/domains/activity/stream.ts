/** Whether a batch continues its stream. A gateway's records are numbered without gaps, and each batch names the one before. */
import { equalBytes, SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import type { ReadBatch } from './batch.ts'

const START = new Uint8Array(32)

/** What a gateway must never send: it is refused with `conflict`, and someone should know. */
export class StreamBroken extends SallyportError {
  constructor(message: string) {
    super('conflict', { message })
    this.name = 'StreamBroken'
  }
}

export interface StreamPosition {
  /** `committed`: this very batch is stored already. `continues`: it is the next. */
  readonly state: 'committed' | 'continues'
  /** Number of the next record that is expected before this batch is stored. */
  readonly next: number
  /** The gateway had another stream before: its spool was lost, and what was not shipped with it. */
  readonly afterLoss: boolean
}

interface Place {
  readonly gateway: string
  readonly now: number
}

/** Locks the stream, made if it is new, until the transaction ends. Throws {@link StreamBroken}, or `conflict` for a batch that is too early. */
export const findPosition = async (
  transaction: Transaction,
  { statement, digest, previous }: ReadBatch,
  { gateway, now }: Place,
): Promise<StreamPosition> => {
  const at = new Date(now)
  const made =
    statement.first === 0
      ? await transaction
          .insertInto('activity_streams')
          .values({
            stream: statement.stream,
            gateway_id: gateway,
            next: 0,
            digest: Buffer.from(START),
            began_at: at,
            updated_at: at,
          })
          .onConflict((conflict) => conflict.columns(['organization_id', 'stream']).doNothing())
          .returning('stream')
          .executeTakeFirst()
      : undefined
  const stream = await transaction
    .selectFrom('activity_streams')
    .select(['gateway_id', 'next', 'digest'])
    .where('stream', '=', statement.stream)
    .forUpdate()
    .executeTakeFirst()
  if (stream === undefined) throw new StreamBroken('The stream does not begin with its first record.')
  if (stream.gateway_id !== gateway) throw new StreamBroken('The stream belongs to another gateway.')
  const next = Number(stream.next)
  if (statement.first < next) {
    if (await isCommitted(transaction, statement, digest)) return { state: 'committed', next, afterLoss: false }
    throw new StreamBroken('Records with these numbers are stored already, and are not these.')
  }
  if (statement.first > next) {
    throw new StreamBroken(`The next record of the stream is ${next}, not ${statement.first}.`)
  }
  if (!equalBytes(previous, stream.digest)) throw new StreamBroken('The batch does not follow the one before.')
  return {
    state: 'continues',
    next,
    afterLoss: made !== undefined && (await hasOtherStream(transaction, gateway, statement.stream)),
  }
}

const isCommitted = async (transaction: Transaction, statement: ReadBatch['statement'], digest: Uint8Array): Promise<boolean> => {
  const batch = await transaction
    .selectFrom('activity_batches')
    .select(['count', 'digest'])
    .where('stream', '=', statement.stream)
    .where('first', '=', statement.first)
    .executeTakeFirst()
  return batch !== undefined && batch.count === statement.count && equalBytes(batch.digest, digest)
}

const hasOtherStream = async (transaction: Transaction, gateway: string, stream: string): Promise<boolean> => {
  const other = await transaction
    .selectFrom('activity_streams')
    .select('stream')
    .where('gateway_id', '=', gateway)
    .where('stream', '!=', stream)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

/** The batch is stored: the stream goes on behind it. */
export const advanceStream = async (transaction: Transaction, batch: ReadBatch, now: number): Promise<number> => {
  const { statement } = batch
  const digest = Buffer.from(batch.digest)
  const at = new Date(now)
  const next = statement.first + statement.count
  await transaction
    .insertInto('activity_batches')
    .values({ stream: statement.stream, first: statement.first, count: statement.count, digest, received_at: at })
    .execute()
  await transaction
    .updateTable('activity_streams')
    .set({ next, digest, updated_at: at })
    .where('stream', '=', statement.stream)
    .execute()
  return next
}
