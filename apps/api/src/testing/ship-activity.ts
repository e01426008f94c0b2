/** Activity of one lease, as its gateway ships it: batches of one stream that follow each other. */
import { createHash, randomUUID } from 'node:crypto'
import { activityBatch, signStatement, toBase64url, type UploadedRecording } from '@sallyport/protocol'
import type { StoredActivity } from '@sallyport/recording'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { type ActivityKeys, takeBatch } from '../domains/activity/index.ts'
import type { MadeGateway } from './make-gateway.ts'
import type { MadeLease } from './make-lease.ts'

export interface ShippingParts {
  /** As the database role `sallyport_api`. */
  readonly pool: Pool
  readonly organization: string
  readonly gateway: MadeGateway
  readonly lease: MadeLease
  readonly keys: ActivityKeys
}

export const shipActivity = ({ pool, organization, gateway, lease, keys }: ShippingParts) => {
  const stream = randomUUID()
  const connection = randomUUID()
  let first = 0
  let previous = toBase64url(new Uint8Array(32))
  return {
    stream,
    /** Takes one batch. */
    ship: async (activities: readonly StoredActivity[], recordings: UploadedRecording[] = []): Promise<void> => {
      const { lease: leaseId, session, credential } = lease
      const lines = activities
        .map((activity, index) => ({ number: first + index, lease: leaseId, connection, session, credential, activity }))
        .map((envelope) => `${JSON.stringify(envelope)}\n`)
        .join('')
      const digest = createHash('sha256').update(lines).digest('base64url')
      const now = Date.now()
      const about = { version: 1, organization, gateway: gateway.id, stream, first, count: activities.length } as const
      const batch = await signStatement(activityBatch, { ...about, digest, previous, sealedAt: now }, [gateway.signer])
      await takeBatch({
        upload: { batch, lines, recordings },
        sender: { organization, gateway: gateway.id, publicKey: gateway.signer.publicKey },
        actor: { kind: 'gateway', id: gateway.id, device: null, session: null, address: '127.0.0.1' },
        keys,
        now,
        run: (work) => withOrganization(pool, organization, work),
        erasedAmong: () => Promise.resolve(new Set()),
      })
      first += activities.length
      previous = digest
    },
  }
}
