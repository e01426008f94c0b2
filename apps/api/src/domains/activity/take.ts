/** Takes one batch of a gateway: all of it or nothing, once, with one audit entry. See `spec/activity-stream.md` of the protocol. */
import type { ActivityUpload } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlertOnce } from '../alerts/index.ts'
import { recordAudit } from '../audit/index.ts'
import { type LeaseParties, partiesOfLeases } from '../leases/index.ts'
import { type BatchSender, type ReadBatch, readBatch } from './batch.ts'
import { insertRecords } from './insert.ts'
import { insertRecordings } from './recordings.ts'
import { type ActivityKey, type ActivityKeys, periodOf } from './keys.ts'
import { ensurePartitions, filedAt } from './partitions.ts'
import { advanceStream, findPosition, StreamBroken } from './stream.ts'

export interface TakeOptions {
  readonly upload: ActivityUpload
  readonly sender: BatchSender
  readonly actor: AuditActor
  readonly keys: ActivityKeys
  /** Milliseconds since 1970. */
  readonly now: number
  readonly run: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
  /** Of these people, those who were erased: what they did is taken, so that the stream goes on, and not kept. */
  readonly erasedAmong: (transaction: Transaction, users: readonly string[]) => Promise<ReadonlySet<string>>
}

export interface Taken {
  /** All records below this number are committed. */
  readonly next: number
  /** False when the batch had been taken before. */
  readonly isNew: boolean
}

/** Every record's lease is of this gateway and of the session and credential that the record names. */
const checkLeases = async (
  transaction: Transaction,
  batch: ReadBatch,
  gateway: string,
): Promise<ReadonlyMap<string, LeaseParties>> => {
  const leases = await partiesOfLeases(transaction, [...new Set(batch.records.map((record) => record.lease))])
  for (const record of batch.records) {
    const lease = leases.get(record.lease)
    const belongs = lease?.gateway === gateway && lease.session === record.session && lease.credential === record.credential
    if (!belongs) throw new StreamBroken(`Record ${record.number} names a lease that is not this gateway's.`)
    const { activity } = record
    if (activity.kind === 'sealed' && activity.person !== lease.user) {
      throw new StreamBroken(`Record ${record.number} names another person than its lease.`)
    }
  }
  return leases
}

const keysFor = async (options: TakeOptions, periods: readonly string[]): Promise<ReadonlyMap<string, ActivityKey>> => {
  const found = new Map<string, ActivityKey>()
  for (const period of periods) found.set(period, await options.keys.forWriting(options.sender.organization, period))
  return found
}

const store = async (transaction: Transaction, batch: ReadBatch, options: TakeOptions): Promise<Taken> => {
  const { sender, now, actor } = options
  const position = await findPosition(transaction, batch, { gateway: sender.gateway, now })
  if (position.state === 'committed') return { next: position.next, isNew: false }
  const leases = await checkLeases(transaction, batch, sender.gateway)
  const periods = periodsOf(batch, now)
  const keys = await keysFor(options, periods)
  const users = new Set([...leases.values()].map(({ user }) => user))
  const erased = await options.erasedAmong(transaction, [...users])
  const kept = batch.records.filter(({ lease }) => !erased.has(leases.get(lease)!.user))
  if (kept.length > 0) {
    await insertRecords(transaction, { batch: { ...batch, records: kept }, gateway: sender.gateway, now, leases, keys })
    await insertRecordings(transaction, { batch: { ...batch, records: kept }, gateway: sender.gateway, now })
  }
  const next = await advanceStream(transaction, batch, now)
  const { stream, first, count, digest } = batch.statement
  await recordAudit(transaction, {
    type: 'activity.batch',
    actor,
    subject: { kind: 'activity-stream', id: stream },
    // With the gateway's own words, so that whoever verifies the log need not believe us.
    details: {
      gateway: sender.gateway,
      first,
      count,
      digest,
      previous: batch.statement.previous,
      statement: options.upload.batch,
      atGateway: batch.records.some(({ activity }) => activity.kind === 'sealed' && activity.kept !== 'api'),
    },
    at: now,
  })
  if (position.afterLoss) {
    const message = `Gateway ${sender.gateway} began a new stream of activity: its spool was lost, and what was in it.`
    await raiseAlertOnce(transaction, { ...alertOf(options), message })
  }
  return { next, isNew: true }
}

const periodsOf = (batch: ReadBatch, now: number): string[] => [
  ...new Set(batch.records.map((record) => periodOf(filedAt(record.activity.at, now)))),
]

const alertOf = ({ sender, actor, now }: TakeOptions) =>
  ({ organization: sender.organization, kind: 'activity-gap', user: null, device: null, actor, now }) as const

/**
 * Throws what {@link readBatch} throws, `conflict` for a batch that does not continue its stream or names a foreign lease
 * (with an alert), `vault_unavailable` when there is no key to encrypt with.
 */
export const takeBatch = async (options: TakeOptions): Promise<Taken> => {
  const batch = await readBatch(options.upload, options.sender)
  // The keys are asked for outside of the transaction, which then finds them in memory.
  const periods = periodsOf(batch, options.now)
  await keysFor(options, periods)
  await options.run((transaction) => ensurePartitions(transaction, periods))
  try {
    return await options.run((transaction) => store(transaction, batch, options))
  } catch (error) {
    if (error instanceof StreamBroken) {
      const message = `Gateway ${options.sender.gateway} sent activity that was refused: ${error.message}`
      await options.run((transaction) => raiseAlertOnce(transaction, { ...alertOf(options), message }))
    }
    throw error
  }
}
