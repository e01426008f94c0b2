import { randomUUID } from 'node:crypto'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { type MadeSigner, makeSigner } from './make-signer.ts'

export interface MadeGateway {
  readonly id: string
  readonly signer: MadeSigner
}

/** A gateway that joined, without sites. */
export const makeGateway = async (pool: Pool, organization: string): Promise<MadeGateway> => {
  const [id, signer] = [randomUUID(), makeSigner()]
  await withOrganization(pool, organization, (transaction) =>
    transaction
      .insertInto('gateways')
      .values({
        id,
        name: `gateway ${id}`,
        kind: 'gateway',
        host: 'gateway.example',
        port: 443,
        status: 'joined',
        public_key: Buffer.from(signer.publicKey),
        version: '1.0.0',
        certificate_expires_at: new Date(Date.now() + 86_400_000),
        joined_at: new Date(),
      })
      .execute(),
  )
  return { id, signer }
}
