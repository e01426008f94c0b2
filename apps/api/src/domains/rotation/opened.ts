/**
 * Which secrets gateways opened in the version that they have now, or made themselves; and which they held when they were revoked that
 * were rotated since, as after a session, without ending what is open with them.
 */
import { rotatedKinds, SallyportError } from '@sallyport/protocol'
import { MAX_OPENED, type OpenedRemedy, type OpenedSecrets } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { makesUsersSql } from '../stores/index.ts'

/** Credentials with each secret of theirs: that of the second login, too. */
export const withSecrets = sql`credentials
    left join credential_rotations as terms
      on terms.organization_id = credentials.organization_id and terms.credential_id = credentials.id
    join secrets on secrets.organization_id = credentials.organization_id
      and secrets.id in (credentials.secret_id, terms.second_secret_id)`

/** What is of before its kind was noted is a password. */
export const remedy = sql<OpenedRemedy>`case
    when exists (select 1 from stores where stores.organization_id = secrets.organization_id and stores.id = secrets.store_id
      and ${makesUsersSql}) then 'end-of-lease'
    when secrets.kind is null or secrets.kind = any(${[...rotatedKinds]}) then 'rotation'
    else 'replacement' end`

const heldAtRevocation = (gateways: readonly string[]) => sql`
  exists (select 1 from gateway_jobs as made
    join gateways as revoked on revoked.organization_id = made.organization_id and revoked.id = any(${gateways}::uuid[])
    join leases on leases.organization_id = made.organization_id and leases.gateway_id = revoked.id and leases.secret_id = secrets.id
      and leases.ended_at >= revoked.revoked_at
    where made.credential_id = credentials.id and made.secret_id = secrets.id and made.pending_version = secrets.version
      and made.state = 'done' and (made.reason = 'compromise' and made.created_at >= revoked.compromised_at) is not true)`

export const openedBy = (gateways: readonly string[]) => sql<boolean>`(
      exists (select 1 from leases where leases.organization_id = secrets.organization_id and leases.gateway_id = any(${gateways}::uuid[])
        and leases.secret_id = secrets.id and leases.secret_version = secrets.version and leases.credential_id = credentials.id)
      or exists (select 1 from gateway_jobs where gateway_jobs.credential_id = credentials.id
        and (gateway_jobs.gateway_id = any(${gateways}::uuid[]) or gateway_jobs.stored_by = any(${gateways}::uuid[]))
        and gateway_jobs.secret_id = secrets.id
        and secrets.version in (gateway_jobs.base_version, gateway_jobs.pending_version))
      or ${heldAtRevocation(gateways)})`

/** Throws `not_found`. */
export const readOpenedSecrets = async (transaction: Transaction, gateway: string): Promise<OpenedSecrets> => {
  const found = await transaction.selectFrom('gateways').select('compromised_at').where('id', '=', gateway).executeTakeFirst()
  if (found === undefined) throw new SallyportError('not_found', { message: 'There is no such gateway.' })
  // Of two logins, what asks for more.
  const { rows } = await sql<{ credential: string; name: string; remedy: OpenedRemedy }>`
    select credentials.id as credential, resources.name || '/' || credentials.name as name,
      (array_agg(${remedy} order by array_position(array['replacement', 'rotation'], ${remedy})))[1] as remedy
    from ${withSecrets}
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    where ${openedBy([gateway])}
    group by credentials.id, resources.name, credentials.name order by name, credentials.id limit ${MAX_OPENED + 1}`.execute(
    transaction,
  )
  return {
    compromisedAt: found.compromised_at?.toISOString() ?? null,
    credentials: rows.slice(0, MAX_OPENED),
    complete: rows.length <= MAX_OPENED,
  }
}
