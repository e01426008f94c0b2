/**
 * Where the database holds what is about a person, besides the log: how their rows are found, what is handed to them when they ask
 * for it, and what stands in its place once they are erased. Ids, times and states stay: log and statistics refer to them.
 */
import { type RawBuilder, sql } from 'kysely'

type Value = RawBuilder<unknown>

export interface PersonalTable {
  readonly table: string
  /** Which rows are of this person. */
  readonly rowsOf: (person: string) => RawBuilder<boolean>
  /** By which rows are paged through: unique among the rows of one person, as text. */
  readonly key: Value
  /** Columns that are exported, beside the key. */
  readonly exported: readonly string[]
  /** Columns that hold what is sealed, exported as what they hold: in which row, and under whose key. */
  readonly sealed?: { readonly columns: readonly string[]; readonly row: Value; readonly person: Value }
  /** What each personal column becomes; null: the rows go. */
  readonly erased: Readonly<Record<string, Value>> | null
}

const columnIs = (column: string) => (person: string) => sql<boolean>`${sql.ref(column)} = ${person}::uuid`
const id = sql.ref('id')
const nothing = sql`null`
const random = sql`sha256(uuid_send(gen_random_uuid()))`
const theirs = (column: string, person: string) => ({ columns: [column], row: id, person: sql.ref(person) })

export const personalTables: readonly PersonalTable[] = [
  {
    table: 'users',
    rowsOf: columnIs('id'),
    key: id,
    exported: ['status', 'created_at', 'last_sign_in_at', 'deleted_at'],
    sealed: theirs('personal', 'id'),
    // Without the seed nothing opens that is sealed for them, wherever a copy of it is.
    erased: { personal: nothing, seed: nothing, email_index: random, last_sign_in_at: nothing },
  },
  {
    table: 'devices',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['status', 'platform', 'key_storage', 'enrolled_at', 'last_seen_at'],
    sealed: theirs('personal', 'user_id'),
    // Which kind of system it was stays.
    erased: { personal: nothing },
  },
  {
    table: 'sessions',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['device_id', 'label', 'status', 'created_at', 'expires_at', 'last_used_at'],
    sealed: theirs('personal', 'user_id'),
    erased: { personal: nothing },
  },
  {
    table: 'support_accesses',
    rowsOf: columnIs('user_id'),
    key: sql.ref('user_id'),
    exported: ['permissions', 'opened_by', 'ended_by'],
    sealed: { columns: ['personal'], row: sql.ref('user_id'), person: sql.ref('user_id') },
    erased: { personal: nothing },
  },
  {
    table: 'grants',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['credential_id', 'starts_at', 'expires_at', 'ended', 'ended_at'],
    sealed: theirs('personal', 'user_id'),
    erased: { personal: nothing },
  },
  {
    table: 'access_requests',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['kind', 'state', 'credential_id', 'credential_name', 'duration', 'created_at', 'opens_at', 'closes_at'],
    sealed: theirs('personal', 'user_id'),
    erased: { personal: nothing },
  },
  {
    table: 'access_requests',
    rowsOf: columnIs('closed_by'),
    key: id,
    exported: ['closed_at'],
    sealed: theirs('closed_personal', 'closed_by'),
    erased: { closed_personal: nothing },
  },
  {
    table: 'access_requests',
    rowsOf: columnIs('reviewer_id'),
    key: id,
    exported: ['review_verdict', 'reviewed_at'],
    sealed: theirs('review_personal', 'reviewer_id'),
    erased: { review_personal: nothing },
  },
  {
    table: 'access_votes',
    rowsOf: columnIs('user_id'),
    key: sql.ref('request_id'),
    exported: ['vote', 'at'],
    sealed: { columns: ['personal'], row: sql`request_id::text || ' ' || user_id::text`, person: sql.ref('user_id') },
    erased: { personal: nothing },
  },
  {
    table: 'alerts',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['at', 'kind', 'message'],
    erased: { message: sql`'What this said was erased with the person whom it was about.'` },
  },
  {
    table: 'open_connections',
    rowsOf: (person) => sql<boolean>`lease_id in (select leases.id from leases where leases.user_id = ${person}::uuid)`,
    key: id,
    exported: ['opened_at', 'bytes_up', 'bytes_down'],
    sealed: { columns: ['personal'], row: id, person: sql`null` },
    erased: { personal: nothing },
  },
  {
    table: 'leases',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['credential_id', 'resource_id', 'created_at', 'expires_at', 'ended_at', 'end_code'],
    erased: {},
  },
  {
    table: 'browser_flows',
    rowsOf: (person) =>
      sql<boolean>`(user_id = ${person}::uuid or session_id in (select sessions.id from sessions where sessions.user_id = ${person}::uuid))`,
    key: sql`encode(id_hash, 'hex')`,
    exported: ['kind', 'expires_at'],
    sealed: { columns: ['personal', 'names_personal'], row: sql`encode(id_hash, 'hex')`, person: sql`null` },
    erased: null,
  },
  {
    table: 'recovery_codes',
    rowsOf: columnIs('user_id'),
    key: sql`encode(code_hash, 'hex')`,
    exported: ['created_at'],
    erased: null,
  },
  { table: 'invitations', rowsOf: columnIs('user_id'), key: id, exported: ['created_at', 'expires_at'], erased: null },
]
