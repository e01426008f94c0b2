/**
 * People in the order of their e-mail addresses, which the database cannot see. Each process keeps what it opened, and asks which
 * rows changed since: a row that changed has another transaction id or place, whichever replica changed it.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { keepSeeds, type KeyRing, ringOf } from '../personal-data/index.ts'
import { openNames, type Person } from './names.ts'

interface Known {
  readonly stamp: string
  readonly person: Person
}

interface Directory {
  /** Of all rows; when it is the same, so is every stamp. */
  readonly digest: string
  readonly known: ReadonlyMap<string, Known>
  readonly inOrder: readonly Person[]
}

const nobody: Directory = { digest: '', known: new Map(), inOrder: [] }
const directories = new WeakMap<KeyRing, Directory>()
const updates = new WeakMap<KeyRing, Promise<Directory>>()

/** People who are opened without a pause: some 15 milliseconds, after which it is somebody else's turn. */
const BESIDE = 500

const stamp = sql<string>`xmin::text || ' ' || ctid::text`
const digest = sql<string>`count(*)::text || ' ' || coalesce(sum(hashtextextended(id::text || ' ' || ${stamp}, 0)::numeric), 0)::text`

const byEmail = (one: Person, other: Person): number => (one.email < other.email ? -1 : 1)

const present = (transaction: Transaction) => transaction.selectFrom('users').where('deleted_at', 'is', null)

const readSome = async (transaction: Transaction, ring: KeyRing, ids: readonly string[]): Promise<[string, Known][]> => {
  const rows = await transaction
    .selectFrom('users')
    .select(['id', 'personal', 'seed', stamp.as('stamp')])
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  keepSeeds(ring, rows)
  const people = await openNames(transaction, rows)
  return rows.map((row, index) => [row.id, { stamp: row.stamp, person: people[index]! }])
}

const update = async (transaction: Transaction, ring: KeyRing): Promise<Directory> => {
  const before = directories.get(ring) ?? nobody
  const { digest: now } = await present(transaction).select(digest.as('digest')).executeTakeFirstOrThrow()
  if (now === before.digest) return before
  const rows = await present(transaction)
    .select(['id', stamp.as('stamp')])
    .execute()
  const changed = rows.filter((row) => before.known.get(row.id)?.stamp !== row.stamp).map(({ id }) => id)
  const read = new Map<string, Known>()
  for (let first = 0; first < changed.length; first += BESIDE) {
    for (const [id, known] of await readSome(transaction, ring, changed.slice(first, first + BESIDE))) read.set(id, known)
  }
  const known = new Map(rows.map(({ id }) => [id, read.get(id) ?? before.known.get(id)!]))
  const after = { digest: now, known, inOrder: [...known.values()].map(({ person }) => person).toSorted(byEmail) }
  directories.set(ring, after)
  return after
}

/** Everybody who was not deleted, as this transaction sees them. Who asks while somebody else reads waits, and finds it done. */
const directoryOf = async (transaction: Transaction): Promise<Directory> => {
  const ring = await ringOf(transaction)
  const earlier = updates.get(ring) ?? Promise.resolve()
  const own = earlier.then(
    () => update(transaction, ring),
    () => update(transaction, ring),
  )
  updates.set(ring, own)
  return own
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
