/** Counts an attempt in all its buckets; the first one too many is an alert. */
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { type AttemptBucket, countAttempt } from './attempts.ts'

const messages = {
  account: 'Too many attempts to sign in to one account from devices that are not its own.',
  device: 'Too many attempts to sign in from one device.',
  address: 'Too many attempts to sign in from one address.',
} as const

export interface AttemptingCaller {
  readonly organization: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

/** False when there were too many. The counts and the alert are in this transaction, which must be committed. */
export const admitAttempt = async (
  transaction: Transaction,
  caller: AttemptingCaller,
  attempt: { readonly buckets: readonly AttemptBucket[]; readonly user: string | null; readonly device: string | null },
): Promise<boolean> => {
  const { organization, actor, now } = caller
  let admitted = true
  for (const bucket of attempt.buckets) {
    const verdict = await countAttempt(transaction, bucket, now)
    if (verdict !== 'allowed') admitted = false
    if (verdict === 'first-refused') {
      const { user, device } = attempt
      const message = messages[bucket.kind]
      await raiseAlert(transaction, { organization, kind: 'sign-in-throttled', user, device, message, actor })
    }
  }
  return admitted
}
