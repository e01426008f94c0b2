import type { Transaction } from '../../db/schema.ts'

/** Between whom a lease is or was, and about what. */
export interface LeaseParties {
  readonly gateway: string
  readonly user: string
  readonly device: string
  readonly session: string
  readonly resource: string
  readonly credential: string
}

/** Leases of any age by id; an unknown id, or one of another organization, is absent. */
export const partiesOfLeases = async (
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LeaseParties>> => {
  if (ids.length === 0) return new Map()
  const rows = await transaction.selectFrom('leases').selectAll().where('id', 'in', ids).execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        gateway: row.gateway_id,
        user: row.user_id,
        device: row.device_id,
        session: row.session_id,
        resource: row.resource_id,
        credential: row.credential_id,
      },
    ]),
  )
}
