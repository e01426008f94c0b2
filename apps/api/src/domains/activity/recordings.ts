/** Recordings that gateways encrypted: stored as they came, listed, handed out. */
import { SallyportError } from '@sallyport/protocol'
import type { SealedActivity } from '@sallyport/recording'
import type { Transaction } from '../../db/schema.ts'
import type { ReadBatch } from './batch.ts'
import { filedAt } from './partitions.ts'

/** Of the records that are kept, those of each file. */
const byFile = ({ records }: ReadBatch): Map<string, [SealedActivity, ...SealedActivity[]]> => {
  const found = new Map<string, [SealedActivity, ...SealedActivity[]]>()
  for (const { activity } of records) {
    if (activity.kind !== 'sealed') continue
    const known = found.get(activity.recording)
    if (known === undefined) found.set(activity.recording, [activity])
    else known.push(activity)
  }
  return found
}

/** Throws `invalid_request` when a file that the API keeps did not come. */
export const insertRecordings = async (
  transaction: Transaction,
  { batch, gateway, now }: { readonly batch: ReadBatch; readonly gateway: string; readonly now: number },
): Promise<void> => {
  const { stream, first } = batch.statement
  const rows = [...byFile(batch)].map(([digest, sealed]) => {
    const [{ at, kept, person, of }] = sealed
    const body = kept === 'gateway' ? null : (batch.recordings.get(digest) ?? null)
    if (kept !== 'gateway' && body === null) throw new SallyportError('invalid_request', { message: 'A recording is missing.' })
    return {
      digest,
      stream,
      first,
      gateway_id: gateway,
      user_id: person,
      at: filedAt(at, now),
      kept,
      body: body === null ? null : Buffer.from(body),
      kind: sealed.every((record) => record.of === of) ? of : null,
    }
  })
  if (rows.length > 0) await transaction.insertInto('recordings').values(rows).execute()
}

export interface RecordingPosition {
  /** RFC 3339. */
  readonly at: string
  readonly digest: string
}

export interface RecordingQuery {
  readonly digest?: string | undefined
  readonly user?: string | undefined
  readonly below: RecordingPosition | null
  readonly limit: number
}

/** Newest first; files only with `digest`. */
export const findRecordings = async (transaction: Transaction, { digest, user, below, limit }: RecordingQuery) => {
  const rows = await transaction
    .selectFrom('recordings')
    .select(['digest', 'stream', 'first', 'gateway_id', 'user_id', 'at', 'kept'])
    .$if(digest !== undefined, (query) => query.select('body').where('digest', '=', digest!))
    .$if(user !== undefined, (query) => query.where('user_id', '=', user!))
    .$if(below !== null, (query) =>
      query.where((condition) =>
        condition(condition.refTuple('at', 'digest'), '<', condition.tuple(new Date(below!.at), below!.digest)),
      ),
    )
    .orderBy('at', 'desc')
    .orderBy('digest', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    digest: row.digest,
    stream: row.stream,
    first: Number(row.first),
    gateway: row.gateway_id,
    user: row.user_id,
    at: row.at.toISOString(),
    kept: row.kept,
    body: row.body?.toString('base64url') ?? null,
  }))
}
