/** Beginnings and ends of leases, as rows. */
import type { Transaction } from '../../db/schema.ts'

/** A lease as it begins. */
export interface NewLease {
  readonly id: string
  readonly user: string
  readonly session: string
  readonly device: string
  readonly gateway: string
  readonly resource: string
  readonly credential: string
  readonly secret: string
  readonly secretVersion: number
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly expiresAt: number
}

export const insertLease = async (transaction: Transaction, lease: NewLease): Promise<void> => {
  await transaction
    .insertInto('leases')
    .values({
      id: lease.id,
      user_id: lease.user,
      session_id: lease.session,
      device_id: lease.device,
      gateway_id: lease.gateway,
      resource_id: lease.resource,
      credential_id: lease.credential,
      secret_id: lease.secret,
      secret_version: lease.secretVersion,
      created_at: new Date(lease.createdAt),
      expires_at: new Date(lease.expiresAt),
    })
    .execute()
}

/** Notes that a lease ended, if it had not. */
export const endLease = async (
  transaction: Transaction,
  end: { readonly id: string; readonly code: string; readonly now: number },
): Promise<void> => {
  await transaction
    .updateTable('leases')
    .set({ ended_at: new Date(end.now), end_code: end.code })
    .where('id', '=', end.id)
    .where('ended_at', 'is', null)
    .execute()
}
