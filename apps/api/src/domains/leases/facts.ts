/**
 * The facts of a decision, read across the tables of the domains that own them in one statement, so that all of them are of
 * one moment. Only for deciding: nothing here writes.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { Facts, GrantFact, RoleFact } from '../policy/index.ts'
import type { LeaseScope } from './scope.ts'

interface FactsRow {
  readonly user_status: Facts['user']['status']
  readonly session_status: NonNullable<Facts['session']>['status'] | null
  readonly session_expires_at: Date | null
  readonly device_status: NonNullable<Facts['device']>['status'] | null
  readonly gateway_status: NonNullable<Facts['gateway']>['status'] | null
  readonly gateway_sites: readonly string[]
  readonly site_id: string
  readonly bound: boolean
  readonly roles: readonly RoleFact[]
  readonly grants: readonly GrantFact[]
}

/** Times inside JSON are milliseconds. */
const milliseconds = (column: string) => sql`floor(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`

/** Columns for a statement in which users, resources, secrets and credentials are joined under these names. */
const rolesColumn = sql`coalesce((
  select json_agg(json_build_object('id', roles.id, 'name', roles.name) order by roles.name)
  from role_members
  join role_credentials using (organization_id, role_id)
  join roles on roles.organization_id = role_members.organization_id and roles.id = role_members.role_id
  where role_members.user_id = users.id and role_credentials.credential_id = credentials.id), '[]'::json)`

const grantsColumn = sql`coalesce((
  select json_agg(json_build_object('id', grants.id, 'startsAt', ${milliseconds('grants.starts_at')},
    'expiresAt', ${milliseconds('grants.expires_at')}, 'ended', grants.ended,
    'endedAt', ${milliseconds('grants.ended_at')}) order by grants.expires_at)
  from grants where grants.user_id = users.id and grants.credential_id = credentials.id), '[]'::json)`

const sitesColumn = sql`array(
  select site_id from gateway_sites
  where gateway_sites.organization_id = gateways.organization_id and gateway_sites.gateway_id = gateways.id)`

const boundColumn = sql`(secrets.endpoint_digest = resources.endpoint_digest)`

const factsOfRow = (row: FactsRow, now: number): Facts => ({
  now,
  user: { status: row.user_status },
  session:
    row.session_status === null || row.session_expires_at === null
      ? null
      : { status: row.session_status, expiresAt: row.session_expires_at.getTime() },
  device: row.device_status === null ? null : { status: row.device_status },
  gateway: row.gateway_status === null ? null : { status: row.gateway_status, sites: row.gateway_sites },
  resource: { site: row.site_id },
  secret: { bound: row.bound },
  roles: row.roles,
  grants: row.grants,
})

const only = (condition: unknown, clause: ReturnType<typeof sql>) => (condition === undefined ? sql`` : clause)

/** Facts of every lease in the scope that lives at `now`. */
export const factsOfLeases = async (
  transaction: Transaction,
  { scope, now, ids }: { readonly scope: LeaseScope; readonly now: number; readonly ids?: readonly string[] },
): Promise<readonly { readonly lease: string; readonly facts: Facts }[]> => {
  const { rows } = await sql<FactsRow & { readonly lease: string }>`
    select leases.id as lease, users.status as user_status, sessions.status as session_status,
      sessions.expires_at as session_expires_at, devices.status as device_status, gateways.status as gateway_status,
      ${sitesColumn} as gateway_sites, resources.site_id, ${boundColumn} as bound, ${rolesColumn} as roles, ${grantsColumn} as grants
    from leases
    join users on users.organization_id = leases.organization_id and users.id = leases.user_id
    join sessions on sessions.organization_id = leases.organization_id and sessions.id = leases.session_id
    join devices on devices.organization_id = leases.organization_id and devices.id = leases.device_id
    join gateways on gateways.organization_id = leases.organization_id and gateways.id = leases.gateway_id
    join credentials on credentials.organization_id = leases.organization_id and credentials.id = leases.credential_id
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    join secrets on secrets.organization_id = credentials.organization_id and secrets.id = credentials.secret_id
    where leases.ended_at is null and leases.expires_at > ${new Date(now)}
      ${only(ids, sql`and leases.id = any(${ids})`)}
      ${only(scope.users, sql`and leases.user_id = any(${scope.users})`)}
      ${only(scope.session, sql`and leases.session_id = ${scope.session}`)}
      ${only(scope.device, sql`and leases.device_id = ${scope.device}`)}
      ${only(scope.gateway, sql`and leases.gateway_id = ${scope.gateway}`)}
      ${only(scope.credentials, sql`and leases.credential_id = any(${scope.credentials})`)}
      ${only(scope.resource, sql`and leases.resource_id = ${scope.resource}`)}
    order by leases.id`.execute(transaction)
  return rows.map(({ lease, ...row }) => ({ lease, facts: factsOfRow(row, now) }))
}
