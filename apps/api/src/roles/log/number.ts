/**
 * Numbers entries of one organization's log. The head (size, root and right edge of the tree) advances by compare-and-set in the
 * transaction that inserts the entries, so that numbers have no gaps, no number is given twice, and nothing has a number before
 * it is committed.
 */
import { setImmediate } from 'node:timers/promises'
import { HASH_SIZE, leafHash, TreeEdge } from '@sallyport/audit-log'
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

/** Entries that are sent to the database at once. */
const CHUNK = 100

interface Row extends NumberedEntry {
  readonly entry: AuditEntry
  readonly encoded: Uint8Array
}

/** The next rows, of entries that are made as they are taken; none: there are no more. */
const nextRows = (entries: Iterator<AuditEntry>, edge: TreeEdge): Row[] => {
  const rows: Row[] = []
  while (rows.length < CHUNK) {
    const next = entries.next()
    if (next.done === true) break
    const entry = next.value
    const encoded = encodeAuditEntry(entry)
    if (encoded.length > MAX_ENTRY_BYTES) throw new SallyportError('payload_too_large')
    const leaf = leafHash(encoded)
    rows.push({ index: edge.size, entry, encoded, leaf })
    edge.append(leaf)
  }
  return rows
}

/**
 * One statement of a fixed text, however many entries: a list of values would be planned anew for each length. Bytes lie end to end
 * in one value each, because a list of byte strings is written and read as text of twice the length.
 */
const insertRows = async (transaction: Transaction, organization: string, rows: readonly Row[]): Promise<void> => {
  const column = <Value>(of: (row: Row) => Value): Value[] => rows.map(of)
  const allOf = (bytes: (row: Row) => Uint8Array): Buffer => Buffer.concat(rows.map(bytes))
  await sql`
    insert into audit_entries (organization_id, index, id, type, at, user_id, entry, leaf)
    select ${organization}::uuid, index, id, type, timestamptz 'epoch' + at * interval '1 millisecond', user_id,
      substring(${allOf(({ encoded }) => encoded)}::bytea from (sum(length) over (order by index))::int - length + 1 for length),
      substring(${allOf(({ leaf }) => leaf)}::bytea from ${HASH_SIZE} * (index - ${rows[0]!.index}::bigint)::int + 1 for ${HASH_SIZE})
    from unnest(
      ${column(({ index }) => index)}::bigint[], ${column(({ entry }) => entry.id)}::uuid[],
      ${column(({ entry }) => entry.type)}::text[], ${column(({ entry }) => entry.at)}::bigint[],
      ${column(({ entry }) => actingUser(entry))}::uuid[], ${column(({ encoded }) => encoded.length)}::int[]
    ) as given (index, id, type, at, user_id, length)`.execute(transaction)
}

/** `edge`: what {@link lockHead} returned in this transaction. Entries are in the order in which they are numbered. */
export const appendEntries = async (
  transaction: Transaction,
  { organization, edge }: { readonly organization: string; readonly edge: TreeEdge },
  entries: Iterable<AuditEntry>,
): Promise<readonly NumberedEntry[]> => {
  const { size } = edge
  const numbered: NumberedEntry[] = []
  const making = entries[Symbol.iterator]()
  let rows = nextRows(making, edge)
  while (rows.length > 0) {
    numbered.push(...rows.map(({ index, leaf }) => ({ index, leaf })))
    // The next are made while the database, which is another process, keeps these: once they are sent to it.
    const makeNext = async () => {
      await setImmediate()
      return nextRows(making, edge)
    }
    ;[, rows] = await Promise.all([insertRows(transaction, organization, rows), makeNext()])
  }
  const advanced = await transaction
    .updateTable('audit_logs')
    .set({ size: edge.size, root: Buffer.from(edge.root()), edge: Buffer.from(edge.encode()) })
    .where('organization_id', '=', organization)
    .where('size', '=', size)
    .executeTakeFirst()
  if (advanced.numUpdatedRows !== 1n) throw new Error(`the log of ${organization} moved on from ${size} meanwhile`)
  return numbered
}
