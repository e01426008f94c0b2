/**
 * People in the order of their e-mail addresses, which the database cannot see. Each process keeps what it opened, and asks which
 * rows changed since: a row that changed has another transaction id or place, whichever replica changed it.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type KeyRing, ringOf } from '../personal-data/index.ts'
import { openNames, type Person } from './names.ts'

interface Known {
  readonly stamp: string
  readonly person: Person
}

interface Directory {
  readonly known: ReadonlyMap<string, Known>
  readonly inOrder: readonly Person[]
}

const nobody: Directory = { known: new Map(), inOrder: [] }
const directories = new WeakMap<KeyRing, Directory>()

const stamp = sql<string>`xmin::text || ' ' || ctid::text`

const byEmail = (one: Person, other: Person): number => (one.email < other.email ? -1 : 1)

const readChanged = async (transaction: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, Known>> => {
  if (ids.length === 0) return new Map()
  const rows = await transaction
    .selectFrom('users')
    .select(['id', 'personal', stamp.as('stamp')])
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  const people = await openNames(transaction, rows)
  return new Map(rows.map((row, index) => [row.id, { stamp: row.stamp, person: people[index]! }]))
}

/** Everybody who was not deleted, as this transaction sees them. */
const directoryOf = async (transaction: Transaction): Promise<Directory> => {
  const ring = await ringOf(transaction)
  const before = directories.get(ring) ?? nobody
  const rows = await transaction
    .selectFrom('users')
    .select(['id', stamp.as('stamp')])
    .where('deleted_at', 'is', null)
    .execute()
  const isKnown = (row: (typeof rows)[number]): boolean => before.known.get(row.id)?.stamp === row.stamp
  if (rows.length === before.known.size && rows.every(isKnown)) return before
  const changed = await readChanged(
    transaction,
    rows.filter((row) => !isKnown(row)).map(({ id }) => id),
  )
  const known = new Map(rows.map(({ id }) => [id, changed.get(id) ?? before.known.get(id)!]))
  const after = { known, inOrder: [...known.values()].map(({ person }) => person).toSorted(byEmail) }
  directories.set(ring, after)
  return after
}

/** By e-mail address, after `after`; `limit` at most. */
export const peopleInOrder = async (
  transaction: Transaction,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly Person[]> => {
  const { inOrder } = await directoryOf(transaction)
  const first = after === null ? 0 : inOrder.findIndex(({ email }) => email > after)
  return first === -1 ? [] : inOrder.slice(first, first + limit)
}
