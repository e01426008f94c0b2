import { SallyportError } from '@sallyport/protocol'
import type { CredentialRotation } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { requireCredential } from '../credentials/index.ts'
import { isRotating } from '../gateway-jobs/index.ts'
import { findSecret } from '../secrets/index.ts'
import { readRotation } from './read.ts'

/** What is absent stays. */
export interface RotationChange {
  readonly credential: string
  readonly every?: number | null | undefined
  readonly afterSession?: boolean | undefined
  readonly checkAfterSession?: boolean | undefined
  readonly second?: CredentialRotation['second'] | undefined
}

const described = ({ every, afterSession, checkAfterSession, second }: CredentialRotation) => ({
  every,
  afterSession,
  checkAfterSession,
  second: second === null ? null : { ...second },
})

/** Only of the same resource, and not the login that it is to alternate with. */
const checkSecond = async (transaction: Transaction, credential: string, second: NonNullable<CredentialRotation['second']>) => {
  const { resource, secret, userName } = await requireCredential(transaction, credential)
  const own = await findSecret(transaction, secret)
  if (own?.kind === 'temporary-user') {
    throw new SallyportError('conflict', {
      message: 'Who makes temporary users needs no second login: no tool connects as that one.',
    })
  }
  const found = await findSecret(transaction, second.secret)
  if (found?.resource !== resource) throw new SallyportError('not_found', { message: 'The resource has no such secret.' })
  if (found.id === secret || second.userName === userName) {
    throw new SallyportError('conflict', { message: 'The second login needs a name and a secret of its own.' })
  }
  const user = await transaction.selectFrom('credentials').select('id').where('secret_id', '=', second.secret).executeTakeFirst()
  if (user !== undefined) throw new SallyportError('in_use', { message: 'Another credential uses this secret.' })
}

/** Throws `conflict` while a rotation is under way. */
export const changeRotation = async (
  transaction: Transaction,
  change: RotationChange,
  { actor, now }: Author,
): Promise<CredentialRotation> => {
  const { resource } = await requireCredential(transaction, change.credential)
  const before = await readRotation(transaction, change.credential)
  if (await isRotating(transaction, change.credential)) {
    throw new SallyportError('conflict', { message: 'A rotation is under way. Try again when it is over.' })
  }
  if (change.second) await checkSecond(transaction, change.credential, change.second)
  const every = change.every === undefined ? before.every : change.every
  const second = change.second === undefined ? before.second : change.second
  const rescheduled = change.every === undefined ? {} : { due_at: every === null ? null : new Date(now + every * 1000) }
  const values = {
    every_seconds: every,
    after_session: change.afterSession ?? before.afterSession,
    check_after_session: change.checkAfterSession ?? before.checkAfterSession,
    second_user_name: second?.userName ?? null,
    second_secret_id: second?.secret ?? null,
    ...rescheduled,
  }
  await transaction
    .insertInto('credential_rotations')
    .values({ credential_id: change.credential, resource_id: resource, ...values })
    .onConflict((conflict) => conflict.columns(['organization_id', 'credential_id']).doUpdateSet(values))
    .execute()
  const after = await readRotation(transaction, change.credential)
  await recordAudit(transaction, {
    type: 'credential.rotation-changed',
    actor,
    subject: { kind: 'credential', id: change.credential },
    details: { before: described(before), after: described(after) },
    at: now,
  })
  return after
}
