/**
 * How a rotation ends, in the vault's transactions: the pending password is promoted together with the login that it belongs to, or
 * given up, or kept until somebody has found out which of the two works.
 */
import { JOB_TIME, type RotationOutcome, SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlertOnce } from '../alerts/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { lockTakenJob, type Taking } from '../gateway-jobs/index.ts'
import {
  destroySecretVersions,
  discardSecretVersion,
  insertSecretVersion,
  lockSecret,
  nextSecretVersion,
  readSecretVersion,
  rebindSecretVersion,
  type Secret,
  type SecretFacts,
  type SecretVersion,
  useSecretVersion,
} from '../secrets/index.ts'

/** Milliseconds until the first retry; each failure doubles it. */
const FIRST_RETRY = 60_000
const LONGEST_RETRY = 6 * 3_600_000

const retryAt = (failures: number, now: number): Date =>
  new Date(now + Math.min(FIRST_RETRY * 2 ** Math.min(Math.max(failures - 1, 0), 20), LONGEST_RETRY))

type Job = Awaited<ReturnType<typeof lockTakenJob>>

/** Where a pending password is to rest. */
export type PendingPlace = Pick<SecretVersion, 'secret' | 'version' | 'resource' | 'endpointDigest'>

/**
 * Stores what `seal` makes of a password beside the version in use. From now on either of the two may be the one that works, and the
 * gateway's time for the job begins anew. Throws `conflict` when the secret was replaced since the job was taken.
 */
export const storePendingVersion = async (
  transaction: Transaction,
  {
    seal,
    ...taking
  }: Taking & { readonly seal: (place: PendingPlace) => Promise<Pick<SecretVersion, 'wrappedKey' | 'ciphertext'>> },
  { actor, now }: Author,
): Promise<void> => {
  const job = await lockTakenJob(transaction, taking)
  const secret = await lockSecret(transaction, job.secret_id)
  const inTime = job.taken_at !== null && job.taken_at.getTime() + JOB_TIME > now
  if (job.kind !== 'rotate' || job.pending_version !== null || !inTime || secret?.version !== job.base_version) {
    throw new SallyportError('conflict', { message: 'The rotation is over, or the secret was replaced since it began.' })
  }
  if (!secret.bound) throw new SallyportError('secret_unbound')
  const version = await nextSecretVersion(transaction, secret.id)
  const place = { secret: secret.id, version, resource: secret.resource, endpointDigest: secret.endpointDigest }
  await insertSecretVersion(transaction, { ...place, ...(await seal(place)), at: new Date(now) })
  await transaction
    .updateTable('gateway_jobs')
    .set({ pending_version: version, stored_by: taking.gateway, taken_at: new Date(now) })
    .where('id', '=', taking.job)
    .execute()
  await recordAudit(transaction, {
    type: 'secret.pending-stored',
    actor,
    subject: { kind: 'secret', id: secret.id },
    details: { job: taking.job, credential: job.credential_id, inUse: secret.version, pending: version },
    at: now,
  })
}

/** The second login, where there is one, is the credential's from now on, and the one before is the second. */
const swapLogins = async (transaction: Transaction, job: Job): Promise<void> => {
  const credential = await transaction
    .selectFrom('credentials')
    .select(['user_name', 'secret_id'])
    .where('id', '=', job.credential_id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (credential.secret_id === job.secret_id) return
  await transaction
    .updateTable('credentials')
    .set({ user_name: job.user_name, secret_id: job.secret_id })
    .where('id', '=', job.credential_id)
    .execute()
  await transaction
    .updateTable('credential_rotations')
    .set({ second_user_name: credential.user_name, second_secret_id: credential.secret_id })
    .where('credential_id', '=', job.credential_id)
    .execute()
}

/** Seals what the version in use holds for another version. */
export type MoveReference = (before: SecretVersion, version: number) => Promise<Pick<SecretVersion, 'wrappedKey' | 'ciphertext'>>

const keepReference = async (
  transaction: Transaction,
  secret: Secret,
  { version, moveReference, facts }: { version: number; moveReference: MoveReference; facts: SecretFacts },
): Promise<void> => {
  const place = { secret: secret.id, version: secret.version, resource: secret.resource }
  const before = await readSecretVersion(transaction, place)
  if (before === null) throw new SallyportError('secret_unavailable', { cause: new Error('the version in use is missing') })
  await rebindSecretVersion(transaction, { ...before, ...(await moveReference(before, version)), version, facts })
}

const promote = async (
  transaction: Transaction,
  job: Job,
  { now, moveReference }: { readonly now: number; readonly moveReference: MoveReference },
): Promise<void> => {
  const secret = await lockSecret(transaction, job.secret_id)
  if (job.pending_version === null || secret?.version !== job.base_version) {
    throw new SallyportError('conflict', { message: 'The secret was replaced while it was being rotated.' })
  }
  const { endpointDigest } = secret
  const kind = secret.stored === null ? (secret.kind ?? 'password') : null
  const facts = { kind, endsAt: null, account: secret.account }
  // The store has the password by now: what rests here is again only where it lies.
  if (secret.stored !== null) await keepReference(transaction, secret, { version: job.pending_version, moveReference, facts })
  await useSecretVersion(transaction, { secret: secret.id, version: job.pending_version, endpointDigest, facts })
  // The one before stays for an unlock that was decided just before this.
  await destroySecretVersions(transaction, { secret: secret.id, below: secret.version })
  await swapLogins(transaction, job)
  const terms = await transaction
    .selectFrom('credential_rotations')
    .select('every_seconds')
    .where('credential_id', '=', job.credential_id)
    .executeTakeFirst()
  const every = terms?.every_seconds ?? null
  await transaction
    .updateTable('credential_rotations')
    .set({ rotated_at: new Date(now), failures: 0, due_at: every === null ? null : new Date(now + every * 1000) })
    .where('credential_id', '=', job.credential_id)
    .execute()
}

const close = async (
  transaction: Transaction,
  job: Job,
  end: { readonly state: 'done' | 'failed'; readonly code: string | null; readonly message: string | null; readonly now: number },
): Promise<void> => {
  await transaction
    .updateTable('gateway_jobs')
    .set({ state: end.state, code: end.code, message: end.message, finished_at: new Date(end.now) })
    .where('id', '=', job.id)
    .execute()
}

interface Why {
  readonly code: string
  readonly message: string
  readonly now: number
}

/** The password is what it was: what was stored beside it is destroyed, and another try follows. */
const giveUp = async (transaction: Transaction, job: Job, { code, message, now }: Why): Promise<void> => {
  if (job.pending_version !== null) {
    await discardSecretVersion(transaction, { secret: job.secret_id, version: job.pending_version })
  }
  await close(transaction, job, { state: 'failed', code, message, now })
  const terms = await transaction
    .selectFrom('credential_rotations')
    .select('failures')
    .where('credential_id', '=', job.credential_id)
    .forUpdate()
    .executeTakeFirst()
  const failures = (terms?.failures ?? 0) + 1
  await transaction
    .updateTable('credential_rotations')
    .set({ failures, due_at: retryAt(failures, now) })
    .where('credential_id', '=', job.credential_id)
    .execute()
}

/** Either password may work: nothing is destroyed, and whoever takes the job next finds out which. */
const keepBoth = async (transaction: Transaction, job: Job, { code, message, now }: Why): Promise<void> => {
  await transaction
    .updateTable('gateway_jobs')
    .set({ state: 'waiting', due_at: retryAt(job.attempts, now), code, message })
    .where('id', '=', job.id)
    .execute()
}

const alarm = (transaction: Transaction, { organization, actor, now, message }: Author & { readonly message: string }) =>
  raiseAlertOnce(transaction, { organization, kind: 'rotation-failed', user: null, device: null, message, actor, now })

const whyOf = (result: RotationOutcome): { readonly code: string } | undefined =>
  result.outcome === 'changed' ? result.left : result

/** Throws `not_found` or `conflict` as `lockTakenJob` does. */
export const settleRotation = async (
  transaction: Transaction,
  { result, moveReference, ...taking }: Taking & { readonly result: RotationOutcome; readonly moveReference: MoveReference },
  author: Author,
): Promise<void> => {
  const { actor, now, organization } = author
  const job = await lockTakenJob(transaction, taking)
  if (job.kind !== 'rotate') throw new SallyportError('conflict', { message: 'The job is not a rotation.' })
  switch (result.outcome) {
    case 'changed':
      await promote(transaction, job, { now, moveReference })
      await close(transaction, job, { state: 'done', code: null, message: null, ...result.left, now })
      break
    case 'unchanged':
      await giveUp(transaction, job, { ...result, now })
      break
    case 'unknown':
      await (job.pending_version === null ? giveUp : keepBoth)(transaction, job, { ...result, now })
  }
  const { credential_id: credential, secret_id: secret, user_name: userName, base_version: before } = job
  await recordAudit(transaction, {
    type: 'job.finished',
    actor,
    subject: { kind: 'credential', id: credential },
    details: {
      job: taking.job,
      kind: 'rotate',
      outcome: result.outcome,
      secret,
      userName,
      before,
      after: result.outcome === 'changed' ? job.pending_version : before,
      code: whyOf(result)?.code ?? null,
    },
    at: now,
  })
  if (result.outcome === 'changed') {
    await notifyChange(transaction, { organization, topic: 'credentials' })
    if (result.left === undefined) return
    const message = `The secret of ${userName} (credential ${credential}), which a compromised gateway had seen, was rotated, but what was made with the one before could not be ended on the resource: ${result.left.code}. End it there.`
    await alarm(transaction, { ...author, message })
    return
  }
  const what = result.outcome === 'unknown' ? 'It cannot be told which password works' : 'The password stays what it was'
  const message = `The password of ${userName} (credential ${credential}) could not be rotated: ${result.code}. ${what}; it is tried again.`
  await alarm(transaction, { ...author, message })
}
