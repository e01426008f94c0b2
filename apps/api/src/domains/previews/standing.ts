/** How things stand for what a change may concern: asked before it and after it, in the same transaction. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type AccessScope, factsOfAccesses } from '../leases/index.ts'
import { decide } from '../policy/index.ts'
import { permissionsOfUsers } from '../roles/index.ts'

/** Pairs of person and credential that are looked through. */
const MAX_PAIRS = 20_000
/** Leases that are looked through. */
const MAX_LEASES = 20_000

/** What a change may concern; everything else stands as before. */
export interface PreviewScope {
  /** Who may gain or lose access to what; null: nobody. */
  readonly access: AccessScope | null
  /** Whose permissions may change. */
  readonly permissionsOf: readonly string[]
  /** The resource whose secrets may lose their endpoint. */
  readonly resource: string | null
}

export interface Standing {
  /** By person: what they can reach and do. */
  readonly reach: ReadonlyMap<string, ReadonlySet<string>>
  /** Beyond this pair nothing is known; null: everything is. */
  readonly last: string | null
  /** Names of credentials that can be used, by id. */
  readonly bound: ReadonlyMap<string, string>
}

const addTo = (map: Map<string, Set<string>>, key: string, value: string): void => {
  const known = map.get(key)
  if (known === undefined) map.set(key, new Set([value]))
  else known.add(value)
}

const boundCredentials = async (transaction: Transaction, resource: string): Promise<Map<string, string>> => {
  const { rows } = await sql<{ readonly id: string; readonly name: string }>`
    select credentials.id, resources.name || '/' || credentials.name as name
    from credentials
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    join secrets on secrets.organization_id = credentials.organization_id and secrets.id = credentials.secret_id
    where resources.id = ${resource} and secrets.endpoint_digest = resources.endpoint_digest
    order by credentials.name`.execute(transaction)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** `now`: milliseconds since 1970. */
export const standingOf = async (transaction: Transaction, scope: PreviewScope, now: number): Promise<Standing> => {
  const reach = new Map<string, Set<string>>()
  const found = scope.access === null ? [] : await factsOfAccesses(transaction, { scope: scope.access, limit: MAX_PAIRS, now })
  for (const { user, credential, facts } of found) if (decide(facts).allowed) addTo(reach, user, `${user} ${credential}`)
  for (const [user, permissions] of await permissionsOfUsers(transaction, scope.permissionsOf)) {
    for (const permission of permissions) addTo(reach, user, permission)
  }
  const end = found.length === MAX_PAIRS ? found.at(-1)! : null
  return {
    reach,
    last: end === null ? null : `${end.user} ${end.credential}`,
    bound: scope.resource === null ? new Map() : await boundCredentials(transaction, scope.resource),
  }
}

/** Leases that live now, and how far revocations are: what {@link endedLeases} compares with. */
export interface LiveLeases {
  readonly ids: readonly string[]
  readonly revocation: number
}

export const liveLeases = async (transaction: Transaction, organization: string, now: number): Promise<LiveLeases> => {
  const { revocation_number } = await transaction
    .selectFrom('organizations')
    .select('revocation_number')
    .where('id', '=', organization)
    .executeTakeFirstOrThrow()
  const rows = await transaction
    .selectFrom('leases')
    .select('id')
    .where('ended_at', 'is', null)
    .where('expires_at', '>', new Date(now))
    .limit(MAX_LEASES)
    .execute()
  return { ids: rows.map(({ id }) => id), revocation: Number(revocation_number) }
}

/** Of those leases, the ones that ended since, or that a gateway will end because of a revocation since. */
export const endedLeases = async (transaction: Transaction, { ids, revocation }: LiveLeases): Promise<string[]> => {
  const { rows } = await sql<{ readonly id: string }>`
    select id from leases
    where id = any(${ids}::uuid[]) and (ended_at is not null or exists (
      select 1 from revocations where number > ${revocation} and (subject_kind, subject_id) in (
        ('lease', leases.id), ('session', session_id), ('device', device_id), ('user', user_id),
        ('credential', credential_id), ('gateway', gateway_id))))`.execute(transaction)
  return rows.map(({ id }) => id)
}
