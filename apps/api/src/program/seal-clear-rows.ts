/**
 * Rows of before personal data was sealed. They are sealed in batches, each in a transaction of its own, so that being killed
 * anywhere loses nothing; then the columns in clear are dropped, which the database refuses while one row is left.
 */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Pool, Transaction } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { emailIndexOf } from '../domains/people/index.ts'
import { personalColumn, seedOfNewPerson } from '../domains/personal-data/index.ts'

/** Rows of one transaction. */
const BATCH = 500

type Values = Readonly<Record<string, unknown>>

interface ClearColumn {
  readonly table: string
  /** Where the sealed value goes; `personal` if absent. */
  readonly column?: string
  readonly clear: readonly string[]
  /** Key of the row and id of its person, in SQL. */
  readonly row: string
  readonly person: string
  /** What is sealed; null: nothing. */
  readonly valueOf: (row: Values) => object | null
  /** Other columns that are set before, with the row. */
  readonly also?: (transaction: Transaction, row: Values & { readonly key: string }) => Promise<Values>
}

const textOf = (text: unknown): object | null => (text === null || text === '' ? null : { text })

/** Somebody who was erased gets no key. */
const newPerson = async (transaction: Transaction, { key, email }: Values & { readonly key: string }): Promise<Values> => {
  const erased = await transaction.selectFrom('erasures').select('user_id').where('user_id', '=', key).executeTakeFirst()
  return erased === undefined
    ? { seed: await seedOfNewPerson(transaction, key), email_index: await emailIndexOf(transaction, String(email)) }
    : { email_index: randomBytes(32) }
}

const kindOfDevice = (_: Transaction, { facts }: Values): Promise<Values> => {
  const { platform, keyStorage } = facts as Values
  return Promise.resolve({ platform, key_storage: keyStorage })
}

const requests = { table: 'access_requests', row: 'id' } as const
const none = 'null'

/** People first: whatever else is theirs is sealed under their key. */
const clearColumns: readonly ClearColumn[] = [
  {
    table: 'users',
    clear: ['email', 'first_name', 'last_name'],
    row: 'id',
    person: 'id',
    valueOf: ({ email, first_name: firstName, last_name: lastName }) => ({ email, firstName, lastName }),
    also: newPerson,
  },
  {
    table: 'devices',
    clear: ['facts', 'fingerprint'],
    row: 'id',
    person: 'user_id',
    valueOf: ({ facts, fingerprint }) => ({ facts, fingerprint }),
    also: kindOfDevice,
  },
  { table: 'sessions', clear: ['address'], row: 'id', person: 'user_id', valueOf: ({ address }) => ({ address }) },
  { table: 'grants', clear: ['reason'], row: 'id', person: 'user_id', valueOf: ({ reason }) => ({ reason }) },
  { ...requests, clear: ['reason'], person: 'user_id', valueOf: ({ reason }) => textOf(reason) },
  {
    ...requests,
    column: 'closed_personal',
    clear: ['closed_note'],
    person: 'closed_by',
    valueOf: ({ closed_note: note }) => textOf(note),
  },
  {
    ...requests,
    column: 'review_personal',
    clear: ['review_note'],
    person: 'reviewer_id',
    valueOf: ({ review_note: note }) => textOf(note),
  },
  {
    table: 'access_votes',
    clear: ['note'],
    row: `request_id::text || ' ' || user_id::text`,
    person: 'user_id',
    valueOf: ({ note }) => textOf(note),
  },
  // Gateways tell again what is open, and a page in the browser is begun again.
  { table: 'open_connections', clear: ['caller'], row: 'id', person: none, valueOf: () => null },
  {
    table: 'browser_flows',
    clear: ['facts', 'act', 'first_name', 'last_name'],
    row: 'id_hash',
    person: none,
    valueOf: () => null,
    also: () => Promise.resolve({ expires_at: new Date(0) }),
  },
]

const assignments = (values: Values) => sql.join(Object.entries(values).map(([name, value]) => sql`${sql.ref(name)} = ${value}`))

/** How many rows were sealed; fewer than {@link BATCH}: there are no more. */
const sealBatch = async (transaction: Transaction, columns: ClearColumn): Promise<number> => {
  const { table, column = 'personal', clear, row, person, valueOf, also } = columns
  // Replicas that start together take turns.
  await sql`select pg_advisory_xact_lock(hashtextextended('sallyport seal clear rows', 0))`.execute(transaction)
  const { rows } = await sql<Values & { readonly place: string; readonly key: string; readonly owner: string | null }>`
    select ctid::text as place, (${sql.raw(row)})::text as key, (${sql.raw(person)})::text as owner,
      ${sql.join(clear.map((name) => sql.ref(name)))}
    from ${sql.table(table)} where ${sql.join(
      clear.map((name) => sql`${sql.ref(name)} is not null`),
      sql` or `,
    )} limit ${BATCH} for update`.execute(transaction)
  const sealed = personalColumn<object>(table, column)
  const emptied = Object.fromEntries(clear.map((name) => [name, null]))
  for (const found of rows) {
    const more = also === undefined ? {} : await also(transaction, found)
    const value = valueOf(found)
    const personal = value === null ? null : await sealed.seal(transaction, { row: found.key, person: found.owner }, value)
    await sql`
      update ${sql.table(table)} set ${assignments({ ...emptied, ...more, [column]: personal })}
      where ctid = ${found.place}::tid`.execute(transaction)
  }
  return rows.length
}

/** Alerts of before repeat what somebody typed or called their computer. */
const shortenAlerts = async (transaction: Transaction): Promise<void> => {
  await sql`
    update alerts set message = regexp_replace(message, '^(Emergency access to .* was opened until [0-9TZ:.-]+?): .*$', '\\1.')
    where kind = 'emergency-access' and message ~ ' was opened until [0-9TZ:.-]+: '`.execute(transaction)
  await sql`
    update alerts set message = 'Somebody who knows the password enrols another computer in place of this one.'
    where kind = 'device-replaced'`.execute(transaction)
}

const isInClear = async (pool: Pool): Promise<boolean> => {
  const { rows } = await sql`
    select from pg_attribute where attrelid = 'public.users'::regclass and attname = 'email' and not attisdropped`.execute(pool)
  return rows.length > 0
}

export interface SealingOptions {
  /** Connections as the database role `sallyport_api`, with keys of personal data. */
  readonly pool: Pool
  readonly logger: Logger
}

/** Before anybody is served. Throws when it cannot be done: nothing reads what is in clear. */
export const sealClearRows = async ({ pool, logger }: SealingOptions): Promise<void> => {
  if (!(await isInClear(pool))) return
  const { rows: organizations } = await sql<{ readonly id: string }>`select list_organizations() as id`.execute(pool)
  let sealed = 0
  for (const { id } of organizations) {
    for (const columns of clearColumns) {
      for (;;) {
        const done = await withOrganization(pool, id, (transaction) => sealBatch(transaction, columns))
        sealed += done
        if (done < BATCH) break
      }
    }
    await withOrganization(pool, id, shortenAlerts)
  }
  await pool.transaction().execute(async (transaction) => {
    // Writing tables anew takes as long as it takes.
    await sql`select set_config(name, '0', true) from unnest(array['statement_timeout', 'lock_timeout']) as name`.execute(
      transaction,
    )
    await sql`select drop_clear_personal_data()`.execute(transaction)
  })
  logger.info({ event: 'personal-data.sealed', rows: sealed }, 'personal data of before is sealed')
}
