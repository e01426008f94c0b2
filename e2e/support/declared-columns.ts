/**
 * What each column of the API's database holds. Whoever adds one that can hold something about a person says here what it is: ids,
 * numbers, times and truth values say nothing about anybody by themselves, and need not be declared.
 */
import type pg from 'pg'

interface Declared {
  /** What O5 lists; gone with the person. */
  readonly personal?: readonly string[]
  /** Under a key of the KMS or of the log; what is personal in it, under a key of its person or deleted. */
  readonly encrypted?: readonly string[]
  /** What administrators call and set their things. */
  readonly own?: readonly string[]
  /** Of a closed set, random, a digest or hash, a public key or certificate, a signed statement of such. */
  readonly code?: readonly string[]
}

const identityTables: Readonly<Record<string, Declared>> = {
  // A seed says nothing without the key of the organization.
  users: { encrypted: ['personal', 'seed'], code: ['status', 'password_hash', 'email_index'] },
  invitations: { code: ['code_hash'] },
  recovery_codes: { code: ['code_hash'] },
  devices: {
    encrypted: ['personal'],
    code: ['key_id', 'public_key', 'status', 'platform', 'key_storage', 'state_hash', 'previous_state_hash'],
  },
  sessions: { encrypted: ['personal'], code: ['label', 'key_id', 'public_key', 'status', 'end_code'] },
  browser_flows: {
    encrypted: ['personal', 'names_personal'],
    code: [
      'id_hash',
      'kind',
      'state',
      'code_challenge',
      'device_key',
      'session_key',
      'invitation_hash',
      'password_hash',
      'step_hash',
      'code_hash',
    ],
  },
  presence_proofs: { code: ['proof_hash', 'act_digest'] },
  nonces: { code: ['nonce'] },
  sign_in_challenges: { code: ['challenge_hash'] },
  sign_in_attempts: { code: ['bucket'] },
  roles: { own: ['name', 'description'], code: ['built_in', 'permissions'] },
  support_accesses: { encrypted: ['personal'], code: ['permissions'] },
  erasures: {},
}

const accessTables: Readonly<Record<string, Declared>> = {
  grants: { encrypted: ['personal'], code: ['ended'] },
  access_rules: { own: ['name', 'terms'] },
  access_requests: {
    encrypted: ['personal', 'closed_personal', 'review_personal'],
    own: ['credential_name'],
    code: ['kind', 'state', 'device_key', 'review_verdict'],
  },
  access_votes: { encrypted: ['personal'], code: ['device_key', 'vote'] },
  leases: { code: ['end_code'] },
  // Sentences of the program, which repeat nothing that somebody typed or is called.
  alerts: { own: ['message'], code: ['kind'] },
  revocations: { code: ['subject_kind', 'code'] },
  event_versions: { code: ['topic'] },
}

const catalogueTables: Readonly<Record<string, Declared>> = {
  organizations: { own: ['slug', 'name', 'trust_domain', 'settings'] },
  sites: { own: ['name'] },
  resources: { own: ['name', 'description', 'tags', 'endpoint', 'options', 'recording'], code: ['endpoint_digest'] },
  credentials: { own: ['name', 'user_name', 'databases'] },
  credential_ports: { own: ['name'] },
  credential_rotations: { own: ['second_user_name'], code: ['state', 'step', 'last_code'] },
  gateways: { own: ['name', 'host'], code: ['kind', 'status', 'public_key', 'version', 'load'] },
  gateway_join_tokens: { own: ['name', 'host'], code: ['secret_hash', 'kind'] },
  gateway_probes: { own: ['endpoint'], code: ['steps'] },
  gateway_jobs: { own: ['user_name'], code: ['kind', 'reason', 'state', 'code', 'message', 'steps', 'new_user_name'] },
  job_sessions: { code: ['statement'] },
  sinks: { own: ['name', 'destination'], encrypted: ['secret'] },
  sink_streams: { code: ['stream', 'problem'] },
  stores: { own: ['name', 'issuer', 'location'] },
  log_witnesses: { own: ['witnesses'] },
}

const keyTables: Readonly<Record<string, Declared>> = {
  secrets: { own: ['account', 'store_path', 'store_field'], code: ['endpoint_digest', 'kind'] },
  secret_versions: { encrypted: ['wrapped_key', 'ciphertext'], code: ['endpoint_digest'] },
  vault_keys: { encrypted: ['wrapped'], code: ['id', 'use', 'public_key'] },
  deployment_keys: { encrypted: ['wrapped'], code: ['use', 'public_key'] },
  service_accounts: { own: ['name'], code: ['public_key', 'purposes'] },
  personal_keys: { encrypted: ['wrapped'] },
  token_keys: { encrypted: ['wrapped'], code: ['id', 'algorithm', 'public_key'] },
  unopened_keys: { code: ['digest', 'name'] },
  authority_certificates: { code: ['kind', 'key_id', 'certificate'] },
  deployment_certificates: { code: ['key_id', 'kind', 'certificate'] },
  announced_api_roots: { code: ['roots'] },
  trust_bundles: { code: ['statement'] },
  job_leaders: { code: ['job'] },
}

const recordTables: Readonly<Record<string, Declared>> = {
  open_connections: { encrypted: ['personal'] },
  activity: { encrypted: ['body'], code: ['kind'] },
  activity_words: { code: ['kind'] },
  recordings: { encrypted: ['body'], code: ['digest', 'kept', 'kind'] },
  activity_streams: { code: ['digest'] },
  activity_batches: { code: ['digest'] },
  activity_keys: { encrypted: ['wrapped'], code: ['period'] },
  // Until the log has numbered it, which takes a moment.
  audit_outbox: { encrypted: ['body'], code: ['type'] },
  deployment_outbox_keys: { code: ['id', 'public_key'] },
  audit_entries: { encrypted: ['entry'], code: ['type', 'leaf', 'subject_id'] },
  audit_logs: { code: ['root', 'edge'] },
  audit_tiles: { code: ['hashes', 'root'] },
  audit_checkpoints: { code: ['root', 'note', 'witnessed_note'] },
  audit_log_problems: { code: ['problem', 'message'] },
  checkpoint_keys: { encrypted: ['wrapped'], code: ['id', 'public_key'] },
  receipt_keys: { encrypted: ['wrapped'], code: ['id', 'public_key'] },
  privacy_keys: { encrypted: ['wrapped'] },
  // Says nothing without the privacy key.
  person_keys: { encrypted: ['seed'], code: ['holder'] },
  witness_heads: { own: ['key'], code: ['problem'] },
}

const declared: Readonly<Record<string, Declared>> = {
  ...identityTables,
  ...accessTables,
  ...catalogueTables,
  ...keyTables,
  ...recordTables,
}

const isDeclared = (table: string, column: string): boolean =>
  Object.values(declared[table] ?? {}).some((columns: readonly string[]) => columns.includes(column))

/** Columns of texts, bytes and JSON of which nobody says what they hold: `table.column`. */
export const undeclaredColumns = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ table: string; column: string }>(`
    select relname as table, attname as column
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and attnum > 0 and not attisdropped
      and relname not like 'kysely%' and atttypid::regtype::text in ('text', 'bytea', 'jsonb', 'json', 'text[]', 'jsonb[]')
    order by 1, 2`)
  return rows.filter(({ table, column }) => !isDeclared(table, column)).map(({ table, column }) => `${table}.${column}`)
}
