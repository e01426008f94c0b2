/** Unlocks as objects that are locked for as long as their bucket's owner decided (S3 Object Lock, compliance mode). */
import { createHash } from 'node:crypto'
import { GetObjectLockConfigurationCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { UnlockLogSource } from './source.ts'
import type { UnlockLog } from './unlock-log.ts'

type ObjectStoreSource = Extract<UnlockLogSource, { readonly kind: 'object-store' }>

export interface ObjectStoreOptions extends ObjectStoreSource {
  /** Instead of what the vendor's tools find in environment, files and instance. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Milliseconds for one call, attempts included. */
const TIMEOUT = 7_000
const ATTEMPTS = 2
const DAY = 24 * 60 * 60_000

const isPresent = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && Reflect.get(error, 'name') === 'PreconditionFailed'

export const objectStoreUnlockLog = (options: ObjectStoreOptions): UnlockLog => {
  const { bucket, prefix, region, endpoint, retentionDays, credentials, clock } = options
  const client = new S3Client({
    region,
    maxAttempts: ATTEMPTS,
    // An endpoint of one's own need not know bucket names as host names.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  })
  return {
    async write({ organization, id, at, entry }) {
      const digest = createHash('sha256').update(entry).digest('hex')
      const day = new Date(at).toISOString().slice(0, 10)
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: `${prefix}${organization}/${day}/${id}-${digest}.json`,
        Body: entry,
        ContentType: 'application/json',
        ChecksumAlgorithm: 'SHA256',
        // Nothing is written over what is there.
        IfNoneMatch: '*',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(clock() + retentionDays * DAY),
      })
      try {
        await client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT) })
      } catch (error) {
        if (!isPresent(error)) throw error
      }
    },
    async examine() {
      const command = new GetObjectLockConfigurationCommand({ Bucket: bucket })
      const { ObjectLockConfiguration } = await client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT) })
      return ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled' ? null : 'The bucket of the unlock log has no Object Lock.'
    },
    close: async () => client.destroy(),
  }
}
