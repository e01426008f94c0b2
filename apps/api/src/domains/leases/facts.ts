/**
 * The facts of a decision, read across the tables of the domains that own them in one statement, so that all of them are of
 * one moment. Only for deciding: nothing here writes.
 */
import type { ErrorCode } from '@sallyport/protocol'
import { isErrorCode } from '@sallyport/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Facts, GrantFact, RoleFact } from '../policy/index.ts'

/** What every statement about facts selects; see {@link factColumns}. */
export interface FactsRow {
  readonly user_status: Facts['user']['status']
  readonly session_status: NonNullable<Facts['session']>['status'] | null
  readonly session_end_code: string | null
  readonly session_expires_at: Date | null
  readonly device_id: string | null
  readonly device_status: NonNullable<Facts['device']>['status'] | null
  readonly gateway_status: NonNullable<Facts['gateway']>['status'] | null
  readonly gateway_sites: readonly string[]
  readonly site_id: string
  readonly bound: boolean
  readonly roles: readonly RoleFact[]
  readonly grants: readonly GrantFact[]
}

/** Times inside JSON are milliseconds. */
const milliseconds = (column: string): RawBuilder<unknown> => sql`floor(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`

/** Somebody deleted stays in the table for what refers to them. Accounts that end are for support, which leases nothing. */
export const userStatus = sql`case when users.deleted_at is not null then 'disabled'
  when users.ends_at is not null then 'support' else users.status end`

export const rolesColumn = sql`coalesce((
  select json_agg(json_build_object('id', roles.id, 'name', roles.name) order by roles.name)
  from role_members
  join role_credentials using (organization_id, role_id)
  join roles on roles.organization_id = role_members.organization_id and roles.id = role_members.role_id
  where role_members.user_id = users.id and role_credentials.credential_id = credentials.id), '[]'::json)`

export const grantsColumn = sql`coalesce((
  select json_agg(json_build_object('id', grants.id, 'device', grants.device_id, 'startsAt', ${milliseconds('grants.starts_at')},
    'expiresAt', ${milliseconds('grants.expires_at')}, 'ended', grants.ended,
    'endedAt', ${milliseconds('grants.ended_at')}) order by grants.expires_at)
  from grants where grants.user_id = users.id and grants.credential_id = credentials.id), '[]'::json)`

export const boundColumn = sql`(secrets.endpoint_digest = resources.endpoint_digest)`

/** For a statement that joins users, sessions, devices, gateways, credentials, resources and secrets under these names. */
export const factColumns = sql`
  ${userStatus} as user_status, sessions.status as session_status, sessions.end_code as session_end_code,
  sessions.expires_at as session_expires_at, devices.id as device_id, devices.status as device_status, gateways.status as gateway_status,
  array(select site_id from gateway_sites
    where gateway_sites.organization_id = gateways.organization_id and gateway_sites.gateway_id = gateways.id) as gateway_sites,
  resources.site_id, ${boundColumn} as bound, ${rolesColumn} as roles, ${grantsColumn} as grants`

const errorCode = (code: string | null): ErrorCode | null => (code !== null && isErrorCode(code) ? code : null)

const sessionFact = (row: Pick<FactsRow, 'session_status' | 'session_end_code' | 'session_expires_at'>): Facts['session'] =>
  row.session_status === null || row.session_expires_at === null
    ? null
    : {
        status: row.session_status,
        endCode: errorCode(row.session_end_code),
        expiresAt: row.session_expires_at.getTime(),
      }

export const factsOfRow = (row: FactsRow, now: number): Facts => ({
  now,
  user: { status: row.user_status },
  session: sessionFact(row),
  device: row.device_id === null || row.device_status === null ? null : { id: row.device_id, status: row.device_status },
  gateway: row.gateway_status === null ? null : { status: row.gateway_status, sites: row.gateway_sites },
  resource: { site: row.site_id },
  secret: { bound: row.bound },
  roles: row.roles,
  grants: row.grants,
})
