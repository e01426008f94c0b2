import { randomUUID } from 'node:crypto'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'

export interface MadeLease {
  readonly lease: string
  readonly session: string
  readonly user: string
  readonly device: string
  readonly credential: string
  readonly resource: string
}

export interface LeaseOptions {
  readonly organization: string
  readonly gateway: string
  /** Milliseconds since 1970; it lasts five minutes from then. */
  readonly now: number
  readonly session?: { readonly id: string; readonly user: string; readonly device: string }
  readonly credential?: { readonly id: string; readonly resource: string }
}

/** A lease as the vault (whose pool this is) writes it, of a credential that need not exist. */
export const makeLease = async (vaultPool: Pool, options: LeaseOptions): Promise<MadeLease> => {
  const { organization, gateway, now, session, credential } = options
  const lease: MadeLease = {
    lease: randomUUID(),
    session: session?.id ?? randomUUID(),
    user: session?.user ?? randomUUID(),
    device: session?.device ?? randomUUID(),
    credential: credential?.id ?? randomUUID(),
    resource: credential?.resource ?? randomUUID(),
  }
  await withOrganization(vaultPool, organization, (transaction) =>
    transaction
      .insertInto('leases')
      .values({
        id: lease.lease,
        user_id: lease.user,
        session_id: lease.session,
        device_id: lease.device,
        gateway_id: gateway,
        resource_id: lease.resource,
        credential_id: lease.credential,
        secret_id: randomUUID(),
        secret_version: 1,
        created_at: new Date(now),
        expires_at: new Date(now + 300_000),
      })
      .execute(),
  )
  return lease
}
