/**
 * Signs the head of a log. Only what is committed is signed, only when everything that was published before is a part of it, and
 * the signature leaves this transaction only by its commit: a process that was stopped while it signed, and wakes up when another
 * has gone on, has nothing in its hands that anybody else will see.
 */
import { emptyRoot, equalHashes, signCheckpoint, type TileTree } from '@sallyport/audit-log'
import { SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { CheckpointKeyLost, type OpenSigner, originOf } from './checkpoint-keys.ts'
import type { LogParts } from './parts.ts'
import { NotSigned } from './problem.ts'
import { treeOf, writeTiles } from './tiles.ts'

export interface Head {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

export interface Published extends Head {
  /** The signed note. */
  readonly note: string
}

export interface PublishParts extends Pick<LogParts, 'pool' | 'clock'> {
  readonly open: OpenSigner
}

export const readPublished = async (transaction: Transaction): Promise<Published | null> => {
  const row = await transaction.selectFrom('audit_checkpoints').select(['size', 'root', 'note']).executeTakeFirst()
  return row === undefined ? null : { size: Number(row.size), root: row.root, note: row.note }
}

const readHead = async (transaction: Transaction): Promise<Head> => {
  const row = await transaction.selectFrom('audit_logs').select(['size', 'root']).executeTakeFirst()
  // A log that is older than its tree has no root before its next entry.
  return row === undefined || row.root === null ? { size: 0, root: emptyRoot } : { size: Number(row.size), root: row.root }
}

/** One signer for each organization: the lock ends with the transaction, and so with the connection of one that was stopped. */
const leads = async (transaction: Transaction, organization: string): Promise<boolean> => {
  const { rows } = await sql<{ leads: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`sallyport checkpoint ${organization}`}, 0)) as leads`.execute(
    transaction,
  )
  return rows[0]?.leads === true
}

const demandPart = async (tree: TileTree, whole: Head, part: Head): Promise<void> => {
  if (part.size > whole.size) {
    throw new NotSigned('history-changed', `A head of ${part.size} entries was published, and there are ${whole.size} now.`)
  }
  if (!equalHashes(await tree.root(part.size), part.root)) {
    throw new NotSigned('history-changed', `The first ${part.size} entries are not those of the head that was published.`)
  }
}

const sign = async (
  transaction: Transaction,
  { organization, head, open }: { readonly organization: string; readonly head: Head; readonly open: OpenSigner },
): Promise<string> => {
  try {
    const { key, sign: signBytes } = await open(transaction, organization)
    return await signCheckpoint({ origin: originOf(organization), ...head, extensions: [] }, key, signBytes)
  } catch (error) {
    if (!(error instanceof CheckpointKeyLost)) throw error
    throw new NotSigned('key-lost', `No key of this log opens: its root key is another one (${originOf(organization)}).`, error)
  }
}

const publish = async (
  transaction: Transaction,
  { before, next, now }: { readonly before: Published | null; readonly next: Published; readonly now: number },
): Promise<void> => {
  const values = { size: next.size, root: Buffer.from(next.root), note: next.note, signed_at: new Date(now) }
  const done =
    before === null
      ? await transaction
          .insertInto('audit_checkpoints')
          .values(values)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
      : await transaction.updateTable('audit_checkpoints').set(values).where('size', '=', before.size).executeTakeFirst()
  const count = 'numUpdatedRows' in done ? done.numUpdatedRows : done.numInsertedOrUpdatedRows
  if (count !== 1n) throw new Error('another head was published meanwhile')
}

interface Turn {
  readonly organization: string
  /** The newest head that this process has published or seen published; the database must have gone on from it. */
  readonly remembered: Head | null
}

const step = async (transaction: Transaction, parts: PublishParts, turn: Turn): Promise<Published | null | 'again' | 'busy'> => {
  const { organization, remembered } = turn
  if (!(await leads(transaction, organization))) return 'busy'
  const head = await readHead(transaction)
  const before = await readPublished(transaction)
  const tree = treeOf(transaction, head.size)
  if (await writeTiles(transaction, head.size)) return 'again'
  if (!equalHashes(await tree.root(), head.root)) {
    throw new NotSigned(
      'history-changed',
      `The hashes of the ${head.size} entries do not lead to the root that was committed with them.`,
    )
  }
  for (const part of [before, remembered]) if (part !== null) await demandPart(tree, head, part)
  if (head.size === (before?.size ?? 0)) return before
  const note = await sign(transaction, { organization, head, open: parts.open })
  const next = { ...head, note }
  await publish(transaction, { before, next, now: parts.clock() })
  return next
}

/**
 * Publishes the committed head when there is a newer one; returns the newest that is published, null when the log is empty,
 * `busy` when another replica is just signing. Throws {@link NotSigned}, and `log_unavailable` for what may pass by itself.
 */
export const publishHead = async (parts: PublishParts, turn: Turn): Promise<Published | null | 'busy'> => {
  try {
    for (;;) {
      const result = await withOrganization(parts.pool, turn.organization, (transaction) => step(transaction, parts, turn))
      if (result !== 'again') return result
    }
  } catch (cause) {
    if (cause instanceof NotSigned) throw cause
    throw new SallyportError('log_unavailable', { cause })
  }
}
