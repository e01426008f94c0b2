/** Where an organization's log and activity are sent: decided by its administrators, each time with an entry that says where. */
import { SallyportError } from '@sallyport/protocol'
import { MAX_SINKS, type SinkDestination, type SinkStream } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { findSink, forgetFailures, readSinks, type StoredSink } from './store.ts'

export interface NewSink {
  readonly id: string
  readonly name: string
  readonly destination: SinkDestination
  readonly secret: Uint8Array | null
  /** At least one, none twice. */
  readonly streams: readonly SinkStream[]
  /** Number of the entry from which on everything is sent. */
  readonly next: number
}

/** Throws `not_found`. */
export const requireSink = async (transaction: Transaction, id: string): Promise<StoredSink> => {
  const found = await findSink(transaction, id)
  if (found === null) throw new SallyportError('not_found', { message: 'There is no such sink.' })
  return found
}

const sameName = 'There is a sink of this name already.'

/** Throws `conflict` for a name that is taken, `limit_reached`. */
export const createSink = async (
  transaction: Transaction,
  { id, name, destination, secret, streams, next }: NewSink,
  { actor, now }: Author,
): Promise<StoredSink> => {
  const message = `An organization has at most ${MAX_SINKS} sinks.`
  await requireRoom(transaction, { of: 'sinks', limit: MAX_SINKS, message }, async () => (await readSinks(transaction)).length)
  await refusing(
    { unique: 'conflict', message: sameName },
    transaction
      .insertInto('sinks')
      .values({
        id,
        name,
        destination: JSON.stringify(destination),
        secret: secret === null ? null : Buffer.from(secret),
        created_at: new Date(now),
      })
      .execute(),
  )
  await transaction
    .insertInto('sink_streams')
    .values(streams.map((stream) => ({ sink_id: id, stream, next })))
    .execute()
  await recordAudit(transaction, {
    type: 'sink.created',
    actor,
    subject: { kind: 'sink', id },
    details: { before: null, after: { name, destination, streams: [...streams], next } },
  })
  return requireSink(transaction, id)
}

/** As entries tell it. */
const placesOf = ({ streams }: StoredSink) => streams.map(({ stream, next }) => ({ stream, next }))

interface SinkChange {
  readonly id: string
  readonly name: string | undefined
  readonly enabled: boolean | undefined
  /** As it rests; null: none. */
  readonly secret: Uint8Array | null | undefined
}

/** As entries tell it: since when the one that it has is sealed. */
const secretOf = ({ secret, sealedAt }: StoredSink) => (secret === null ? null : { sealedAt: sealedAt.toISOString() })

/** What changed goes on at once, also after a failure, and from its place. */
export const changeSink = async (
  transaction: Transaction,
  { id, name, enabled, secret }: SinkChange,
  { actor, now }: Author,
): Promise<StoredSink> => {
  const before = await requireSink(transaction, id)
  const wanted = { name: name ?? before.name, enabled: enabled ?? before.enabled }
  const sealed = secret === undefined ? {} : { secret: secret === null ? null : Buffer.from(secret), sealed_at: new Date(now) }
  await refusing(
    { unique: 'conflict', message: sameName },
    transaction
      .updateTable('sinks')
      .set({ ...wanted, ...sealed })
      .where('id', '=', id)
      .execute(),
  )
  await forgetFailures(transaction, id)
  const after = await requireSink(transaction, id)
  const told = (sink: StoredSink) => ({
    name: sink.name,
    enabled: sink.enabled,
    ...(secret === undefined ? {} : { secret: secretOf(sink) }),
  })
  await recordAudit(transaction, {
    type: 'sink.changed',
    actor,
    subject: { kind: 'sink', id },
    details: { before: told(before), after: told(after) },
  })
  return after
}

/** A stream that was sent there before goes on from where it was; a new one begins at `next`. All go on at once. */
export const changeStreams = async (
  transaction: Transaction,
  { id, streams, next }: Pick<NewSink, 'id' | 'streams' | 'next'>,
  { actor }: Author,
): Promise<StoredSink> => {
  // Who changes them at the same moment waits, and finds what was before.
  await transaction.selectFrom('sinks').select('id').where('id', '=', id).forNoKeyUpdate().execute()
  const before = await requireSink(transaction, id)
  await transaction
    .updateTable('sink_streams')
    .set({ sent: false })
    .where('sink_id', '=', id)
    .where('stream', 'not in', [...streams])
    .execute()
  await transaction
    .insertInto('sink_streams')
    .values(streams.map((stream) => ({ sink_id: id, stream, next })))
    .onConflict((conflict) => conflict.columns(['organization_id', 'sink_id', 'stream']).doUpdateSet({ sent: true }))
    .execute()
  await forgetFailures(transaction, id)
  const after = await requireSink(transaction, id)
  await recordAudit(transaction, {
    type: 'sink.changed',
    actor,
    subject: { kind: 'sink', id },
    details: { before: { streams: placesOf(before) }, after: { streams: placesOf(after) } },
  })
  return after
}

export const deleteSink = async (transaction: Transaction, id: string, { actor }: Author): Promise<void> => {
  const before = await requireSink(transaction, id)
  await transaction.deleteFrom('sinks').where('id', '=', id).execute()
  await recordAudit(transaction, {
    type: 'sink.deleted',
    actor,
    subject: { kind: 'sink', id },
    details: {
      before: {
        name: before.name,
        destination: before.destination,
        streams: placesOf(before),
      },
      after: null,
    },
  })
}
