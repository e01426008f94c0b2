/** How activity under a lease is recorded: the resource's policy, or the organization's; with the key for bind values. */
import { hkdfSync } from 'node:crypto'
import { defaultRecording, type RecordingOrder, toBase64url } from '@sallyport/protocol'
import { periodOf, vaultActivityKeys } from '../../domains/activity/index.ts'
import type { LeaseSubject } from '../../domains/leases/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultParts } from './parts.ts'

const KEY = 32

export type RecordingOrders = (
  organization: string,
  subject: Pick<LeaseSubject, 'resource' | 'options' | 'recording' | 'retentionDays'>,
) => Promise<RecordingOrder>

/**
 * The key by which bind values are hashed is of one resource and month: it follows from the activity key of the month, and ends with
 * it. The gateway has it while its lease lives.
 */
export const recordingOrders = (parts: Pick<VaultParts, 'pool' | 'kms' | 'clock'>): RecordingOrders => {
  const activityKey = vaultActivityKeys(parts)

  const bindKey = async (organization: string, resource: string): Promise<string> => {
    const { found } = await activityKey({ organization, period: periodOf(new Date(parts.clock())), create: true })
    if (found === null) throw new TypeError('the vault made no activity key')
    return withSecretBytes(found.key, (key) =>
      toBase64url(new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `sallyport bind values v1\n${resource}`, KEY))),
    )
  }

  return async (organization, { resource, options, recording, retentionDays }) => {
    const { keep, recipients, binds } = options.recording ?? recording ?? defaultRecording
    return {
      keep,
      recipients,
      binds: binds === 'hash' ? { kind: 'hash', key: await bindKey(organization, resource) } : { kind: binds },
      days: retentionDays,
    }
  }
}
