/**
 * Numbers entries of one organization's log. The head (size, root and right edge of the tree) advances by compare-and-set in the
 * transaction that inserts the entries, so that numbers have no gaps, no number is given twice, and nothing has a number before
 * it is committed.
 */
import { leafHash, TreeEdge } from '@sallyport/audit-log'
import { SallyportError } from '@sallyport/protocol'
import { type AuditEntry, encodeAuditEntry, MAX_ENTRY_BYTES } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { edgeOfEntries } from './edge-of-entries.ts'

export interface NumberedEntry {
  readonly index: number
  /** Leaf hash, 32 bytes. */
  readonly leaf: Uint8Array
}

const selectHead = (transaction: Transaction, organization: string) =>
  transaction.selectFrom('audit_logs').select(['size', 'edge']).where('organization_id', '=', organization).forUpdate()

/** Locks the head until the transaction ends and returns the tree's edge. Makes it for the first entry. */
export const lockHead = async (transaction: Transaction, organization: string): Promise<TreeEdge> => {
  const head = await selectHead(transaction, organization).executeTakeFirst()
  if (head) return edgeOf(transaction, head)
  await transaction
    .insertInto('audit_logs')
    .values({ organization_id: organization, size: 0, root: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return edgeOf(transaction, await selectHead(transaction, organization).executeTakeFirstOrThrow())
}

const edgeOf = async (
  transaction: Transaction,
  { size, edge }: { readonly size: string | number; readonly edge: Uint8Array | null },
): Promise<TreeEdge> => (edge === null ? edgeOfEntries(transaction, Number(size)) : TreeEdge.decode(Number(size), edge))

const actingUser = ({ actor }: AuditEntry): string | null => (actor.kind === 'user' ? actor.id : null)

/** `edge`: what {@link lockHead} returned in this transaction. Entries are in the order in which they are numbered. */
export const appendEntries = async (
  transaction: Transaction,
  { organization, edge }: { readonly organization: string; readonly edge: TreeEdge },
  entries: readonly AuditEntry[],
): Promise<readonly NumberedEntry[]> => {
  const { size } = edge
  const rows = entries.map((entry, offset) => {
    const encoded = encodeAuditEntry(entry)
    if (encoded.length > MAX_ENTRY_BYTES) throw new SallyportError('payload_too_large')
    const leaf = leafHash(encoded)
    edge.append(leaf)
    return { index: size + offset, entry, encoded: Buffer.from(encoded), leaf }
  })
  const column = <Value>(of: (row: (typeof rows)[number]) => Value): Value[] => rows.map(of)
  // One statement of a fixed text, however many entries: a list of values would be planned anew for each length.
  await sql`
    insert into audit_entries (organization_id, index, id, type, at, user_id, entry, leaf)
    select ${organization}::uuid, * from unnest(
      ${column(({ index }) => index)}::bigint[], ${column(({ entry }) => entry.id)}::uuid[],
      ${column(({ entry }) => entry.type)}::text[], ${column(({ entry }) => new Date(entry.at))}::timestamptz[],
      ${column(({ entry }) => actingUser(entry))}::uuid[], ${column(({ encoded }) => encoded)}::bytea[],
      ${column(({ leaf }) => leaf)}::bytea[])`.execute(transaction)
  const advanced = await transaction
    .updateTable('audit_logs')
    .set({ size: edge.size, root: Buffer.from(edge.root()), edge: Buffer.from(edge.encode()) })
    .where('organization_id', '=', organization)
    .where('size', '=', size)
    .executeTakeFirst()
  if (advanced.numUpdatedRows !== 1n) throw new Error(`the log of ${organization} moved on from ${size} meanwhile`)
  return rows.map(({ index, leaf }) => ({ index, leaf }))
}
