import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

/** Which of these leases hold something else than what their credential's secret is now: it was replaced, or rotated. */
export const supersededLeases = async (transaction: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ id: string }>`
    select leases.id from leases
    join credentials on credentials.organization_id = leases.organization_id and credentials.id = leases.credential_id
    join secrets on secrets.organization_id = credentials.organization_id and secrets.id = credentials.secret_id
    where leases.id = any(${ids}::uuid[]) and (leases.secret_id, leases.secret_version) <> (secrets.id, secrets.version)`.execute(
    transaction,
  )
  return new Set(rows.map(({ id }) => id))
}
