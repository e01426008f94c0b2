import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { Facts } from '../policy/index.ts'
import { factColumns, factsOfRow, type FactsRow } from './facts.ts'
import type { LeaseScope } from './scope.ts'

const only = (condition: unknown, clause: RawBuilder<unknown>): RawBuilder<unknown> => (condition === undefined ? sql`` : clause)

/** Facts of every lease in the scope that lives at `now`. */
export const factsOfLeases = async (
  transaction: Transaction,
  { scope, now, ids }: { readonly scope: LeaseScope; readonly now: number; readonly ids?: readonly string[] },
): Promise<readonly { readonly lease: string; readonly facts: Facts }[]> => {
  const { rows } = await sql<FactsRow & { readonly lease: string }>`
    select leases.id as lease, ${factColumns}
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
