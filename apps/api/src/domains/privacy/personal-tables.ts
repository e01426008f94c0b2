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
  /** What each personal column becomes; null: the rows go. */
  readonly erased: Readonly<Record<string, Value>> | null
}

const columnIs = (column: string) => (person: string) => sql<boolean>`${sql.ref(column)} = ${person}::uuid`
const id = sql.ref('id')
const nothing = sql`''`

/** People recognise a device by these; which kind of system it was stays. */
const erasedFacts = sql`jsonb_build_object('name', 'Erased', 'platform', facts->'platform', 'osVersion', '',
  'clientVersion', '', 'keyStorage', facts->'keyStorage')`

export const personalTables: readonly PersonalTable[] = [
  {
    table: 'users',
    rowsOf: columnIs('id'),
    key: id,
    exported: ['email', 'first_name', 'last_name', 'status', 'created_at', 'last_sign_in_at', 'deleted_at'],
    erased: {
      email: sql`'erased-' || id || '@erased.invalid'`,
      first_name: sql`'Erased'`,
      last_name: sql`'person'`,
      last_sign_in_at: sql`null`,
    },
  },
  {
    table: 'devices',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['status', 'facts', 'enrolled_at', 'last_seen_at'],
    erased: { facts: erasedFacts, fingerprint: sql`'{}'::jsonb` },
  },
  {
    table: 'sessions',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['device_id', 'label', 'status', 'address', 'created_at', 'expires_at', 'last_used_at'],
    erased: { address: nothing },
  },
  {
    table: 'grants',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['credential_id', 'reason', 'starts_at', 'expires_at', 'ended', 'ended_at'],
    erased: { reason: nothing },
  },
  {
    table: 'access_requests',
    rowsOf: columnIs('user_id'),
    key: id,
    exported: ['kind', 'state', 'credential_id', 'credential_name', 'reason', 'duration', 'created_at', 'opens_at', 'closes_at'],
    erased: { reason: nothing },
  },
  {
    table: 'access_requests',
    rowsOf: columnIs('closed_by'),
    key: id,
    exported: ['closed_note', 'closed_at'],
    erased: { closed_note: nothing },
  },
  {
    table: 'access_requests',
    rowsOf: columnIs('reviewer_id'),
    key: id,
    exported: ['review_verdict', 'review_note', 'reviewed_at'],
    erased: { review_note: nothing },
  },
  {
    table: 'access_votes',
    rowsOf: columnIs('user_id'),
    key: sql.ref('request_id'),
    exported: ['vote', 'note', 'at'],
    erased: { note: nothing },
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
    exported: ['caller', 'opened_at', 'bytes_up', 'bytes_down'],
    erased: { caller: sql`null` },
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
    exported: ['kind', 'first_name', 'last_name', 'facts', 'expires_at'],
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
