import { rotatedKinds, SallyportError } from '@sallyport/protocol'
import type { RotationReason } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import type { Author } from '../audit/index.ts'
import { requireCredential } from '../credentials/index.ts'
import { startJob } from '../gateway-jobs/index.ts'
import { requireResource } from '../resources/index.ts'
import { findSecret } from '../secrets/index.ts'
import { findStore, makesUsers } from '../stores/index.ts'
import { findTerms } from './read.ts'

/** Milliseconds: clocks, and an answer that was on its way. */
const MARGIN = 5_000

export interface RotationStart {
  readonly credential: string
  readonly reason: RotationReason
  /** Seconds that a lease lasts. */
  readonly leaseLifetime: number
}

/**
 * Where two logins alternate, one is changed only when no lease can hold it any more: what was leased before the last change has
 * been renewed since, and told that it is superseded, or is over. After a compromise that is not waited for.
 */
const earliest = (rotatedAt: Date | null, { reason, leaseLifetime }: RotationStart, now: number): number =>
  rotatedAt === null || reason === 'compromise' ? now : Math.max(now, rotatedAt.getTime() + leaseLifetime * 1000 + MARGIN)

/** Throws `conflict` while another one is under way, or for a credential without a password. */
export const beginRotation = async (transaction: Transaction, start: RotationStart, author: Author): Promise<void> => {
  const credential = await requireCredential(transaction, start.credential)
  const resource = await requireResource(transaction, credential.resource)
  const terms = await findTerms(transaction, credential.id)
  const second = terms?.second_secret_id ?? null
  const target = await findSecret(transaction, second ?? credential.secret)
  if (target === null) throw new SallyportError('not_found', { message: 'The secret of this credential is gone.' })
  if (target.kind !== null && !rotatedKinds.includes(target.kind)) {
    throw new SallyportError('conflict', { message: 'Only passwords are rotated, of logins and of who makes temporary users.' })
  }
  if (target.stored !== null && makesUsers(await findStore(transaction, target.stored.store))) {
    throw new SallyportError('conflict', {
      message: 'The store makes users by itself, which end with their lease: nothing rotates.',
    })
  }
  if (terms === undefined) {
    await transaction
      .insertInto('credential_rotations')
      .values({ credential_id: credential.id, resource_id: resource.id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await startJob(
    transaction,
    {
      kind: 'rotate',
      reason: start.reason,
      credential: credential.id,
      secret: target.id,
      userName: (second === null ? null : terms?.second_user_name) ?? credential.userName,
      version: target.version,
      gateway: null,
      dueAt: second === null ? author.now : earliest(terms?.rotated_at ?? null, start, author.now),
    },
    author,
  )
}
