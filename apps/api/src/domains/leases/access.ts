/** What people may lease, asked without a gateway: for their own list, and for explanations. */
import type { Endpoint } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type Facts, type Way, waysOf } from '../policy/index.ts'
import { boundColumn, factsOfRow, type FactsRow, grantsColumn, rolesColumn, userStatus } from './facts.ts'

/** One line of what a person may connect to. */
export interface GrantedCredential {
  readonly credential: string
  readonly name: string
  readonly resource: {
    readonly id: string
    readonly name: string
    readonly description: string
    readonly tags: readonly string[]
    readonly protocol: Endpoint['protocol']
  }
  readonly site: string
  readonly userName: string
  readonly databases: readonly string[]
  readonly port: number
  readonly bound: boolean
  /** One person uses it at a time. */
  readonly exclusive: boolean
  readonly through: readonly Way[]
}

interface Row extends Pick<FactsRow, 'user_status' | 'site_id' | 'bound' | 'roles' | 'grants'> {
  readonly user_id: string
  readonly credential_id: string
  readonly name: string
  readonly user_name: string
  readonly databases: string[]
  readonly port: number
  readonly exclusive: boolean
  readonly resource_id: string
  readonly resource_name: string
  readonly description: string
  readonly tags: string[]
  readonly endpoint: Endpoint
}

const nobodyInParticular = {
  session_status: null,
  session_end_code: null,
  session_expires_at: null,
  device_id: null,
  device_status: null,
  gateway_status: null,
  gateway_sites: [],
} as const

const select = sql`
  select users.id as user_id, ${userStatus} as user_status, ${boundColumn} as bound, ${rolesColumn} as roles, ${grantsColumn} as grants,
    credentials.id as credential_id, credentials.name, credentials.user_name, credentials.databases, credentials.port, credentials.exclusive,
    resources.id as resource_id, resources.name as resource_name, resources.description, resources.tags, resources.endpoint,
    resources.site_id
  from users
  join credentials on credentials.organization_id = users.organization_id
  join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
  join secrets on secrets.organization_id = credentials.organization_id and secrets.id = credentials.secret_id`

const grantedOfRow = (row: Row, { device, now }: Pick<Asking, 'device' | 'now'>): GrantedCredential => ({
  credential: row.credential_id,
  name: `${row.resource_name}/${row.name}`,
  resource: {
    id: row.resource_id,
    name: row.resource_name,
    description: row.description,
    tags: row.tags,
    protocol: row.endpoint.protocol,
  },
  site: row.site_id,
  userName: row.user_name,
  databases: row.databases,
  port: row.port,
  bound: row.bound,
  exclusive: row.exclusive,
  through: waysOf({ roles: row.roles, grants: row.grants, device, now }),
})

interface Asking {
  readonly user: string
  /** From which they ask. */
  readonly device: Facts['device']
  readonly now: number
}

/** Every credential that the user may lease now, by name; also those whose secret is not bound, which say so. */
export const grantedCredentials = async (
  transaction: Transaction,
  { user, device, now }: Asking,
): Promise<GrantedCredential[]> => {
  const { rows } = await sql<Row>`${select}
    where users.id = ${user} and credentials.id in (
      select credential_id from role_members join role_credentials using (organization_id, role_id) where user_id = ${user}
      union
      select credential_id from grants where user_id = ${user} and ended is null and expires_at > ${new Date(now)})
    order by resources.name, credentials.name`.execute(transaction)
  return rows.map((row) => grantedOfRow(row, { device, now })).filter(({ through }) => through.length > 0)
}

/** Null when there is no such user or credential. */
export const factsOfAccess = async (
  transaction: Transaction,
  { user, credential, now }: { readonly user: string; readonly credential: string; readonly now: number },
): Promise<Facts | null> => {
  const { rows } = await sql<Row>`${select} where users.id = ${user} and credentials.id = ${credential}`.execute(transaction)
  const [row] = rows
  return row ? factsOfRow({ ...nobodyInParticular, ...row }, now) : null
}

/** Whose access to what; absent: anybody's, to anything. */
export interface AccessScope {
  readonly users?: readonly string[]
  readonly credentials?: readonly string[]
}

export interface AccessFacts {
  readonly user: string
  readonly credential: string
  readonly facts: Facts
}

const among = (column: string, ids: readonly string[] | undefined) =>
  ids === undefined ? sql`` : sql`and ${sql.ref(column)} = any(${ids}::uuid[])`

/** Facts of every pair of person and credential that a role or grant connects, by the ids of both; `limit` at most. */
export const factsOfAccesses = async (
  transaction: Transaction,
  { scope, limit, now }: { readonly scope: AccessScope; readonly limit: number; readonly now: number },
): Promise<AccessFacts[]> => {
  const { rows } = await sql<Row>`
    ${select}
    join (select user_id, credential_id from role_members join role_credentials using (organization_id, role_id)
        where true ${among('user_id', scope.users)} ${among('credential_id', scope.credentials)}
      union
      select user_id, credential_id from grants
        where ended is null and expires_at > ${new Date(now)} ${among('user_id', scope.users)} ${among('credential_id', scope.credentials)}
      order by 1, 2 limit ${limit}) as pairs on pairs.user_id = users.id and pairs.credential_id = credentials.id
    order by users.id, credentials.id`.execute(transaction)
  return rows.map((row) => ({
    user: row.user_id,
    credential: row.credential_id,
    facts: factsOfRow({ ...nobodyInParticular, ...row }, now),
  }))
}
