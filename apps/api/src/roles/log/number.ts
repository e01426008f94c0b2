/**
 * Numbers entries of one organization's log. The head (its size) advances by compare-and-set in the transaction that inserts
 * the entries, so that numbers have no gaps, no number is given twice, and nothing has a number before it is committed.
 */
import { type AuditEntry, auditLeafHash, encodeAuditEntry } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'

export interface NumberedEntry {
  readonly index: number
  /** Leaf hash, 32 bytes. */
  readonly leaf: Uint8Array
}

const selectHead = (transaction: Transaction, organization: string) =>
  transaction.selectFrom('audit_logs').select('size').where('organization_id', '=', organization).forUpdate()

/** Locks the head until the transaction ends and returns its size. Makes it for the first entry. */
export const lockHead = async (transaction: Transaction, organization: string): Promise<number> => {
  const head = await selectHead(transaction, organization).executeTakeFirst()
  if (head) return Number(head.size)
  await transaction
    .insertInto('audit_logs')
    .values({ organization_id: organization, size: 0, root: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return Number((await selectHead(transaction, organization).executeTakeFirstOrThrow()).size)
}

const actingUser = ({ actor }: AuditEntry): string | null => (actor.kind === 'user' ? actor.id : null)

/** `size`: what {@link lockHead} returned in this transaction. Entries are in the order in which they are numbered. */
export const appendEntries = async (
  transaction: Transaction,
  { organization, size }: { readonly organization: string; readonly size: number },
  entries: readonly AuditEntry[],
): Promise<readonly NumberedEntry[]> => {
  const rows = await Promise.all(
    entries.map(async (entry, offset) => {
      const encoded = encodeAuditEntry(entry)
      return {
        organization_id: organization,
        index: size + offset,
        id: entry.id,
        type: entry.type,
        at: new Date(entry.at),
        user_id: actingUser(entry),
        entry: Buffer.from(encoded),
        leaf: Buffer.from(await auditLeafHash(encoded)),
      }
    }),
  )
  await transaction.insertInto('audit_entries').values(rows).execute()
  const advanced = await transaction
    .updateTable('audit_logs')
    .set({ size: size + entries.length })
    .where('organization_id', '=', organization)
    .where('size', '=', size)
    .executeTakeFirst()
  if (advanced.numUpdatedRows !== 1n) throw new Error(`the log of ${organization} moved on from ${size} meanwhile`)
  return rows.map(({ index, leaf }) => ({ index, leaf }))
}
