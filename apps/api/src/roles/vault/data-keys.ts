/**
 * Data keys are made anew: each secret is sealed again under a key that nobody has seen, and each key of the organization is
 * wrapped under another one. A row is replaced as a whole or not at all, so that being killed anywhere loses nothing and the
 * next step goes on.
 */
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultParts } from './parts.ts'
import { type KeyTurn, STEP } from './rewrap.ts'
import { openSecret, sealSecret } from './secret-envelope.ts'
import { forgetUnopened, noteUnopened, tryRows } from './unopened-keys.ts'
import { findRowsSealedBefore, type Rewrapped, type WrappedRow } from './wrapped-rows.ts'

const DAY = 24 * 60 * 60_000
/** A data key is followed by another one after this time. */
const DATA_KEY_AGE = 365 * DAY

export interface DataKeyRotation {
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

export const readRotation = async (transaction: Transaction): Promise<DataKeyRotation | null> => {
  const row = await transaction.selectFrom('data_key_rotations').select(['started_at', 'finished_at']).executeTakeFirst()
  return row === undefined ? null : { startedAt: row.started_at, finishedAt: row.finished_at }
}

/** Everything whose data key was made before now gets another one, step by step. */
export const startRotation = async (
  transaction: Transaction,
  { organization, actor, now }: { readonly organization: string; readonly actor: AuditActor; readonly now: Date },
): Promise<void> => {
  const values = { started_at: now, finished_at: null }
  await transaction
    .insertInto('data_key_rotations')
    .values(values)
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(values))
    .execute()
  await recordAudit(transaction, {
    type: 'data-keys.rotation-started',
    actor,
    subject: { kind: 'organization', id: organization },
  })
}

const sealAgain = async ({ kms, clock }: VaultParts, row: WrappedRow): Promise<Rewrapped> => {
  const sealedAt = new Date(clock())
  if (row.secret === undefined) {
    return withSecretBytes(kms.unwrap(row.wrapped, row.context), async (plaintext) => ({
      wrapped: Buffer.from(await kms.wrap(plaintext, row.context)),
      sealedAt,
    }))
  }
  const { ciphertext, context } = row.secret
  return withSecretBytes(openSecret(kms, { wrappedKey: row.wrapped, ciphertext }, context), async (plaintext) => {
    const sealed = await sealSecret(kms, plaintext, context)
    return { wrapped: Buffer.from(sealed.wrappedKey), ciphertext: Buffer.from(sealed.ciphertext), sealedAt }
  })
}

const finish = async (
  transaction: Transaction,
  { organization, actor, now }: { readonly organization: string; readonly actor: AuditActor; readonly now: Date },
): Promise<void> => {
  const finished = await transaction
    .updateTable('data_key_rotations')
    .set({ finished_at: now })
    .where('finished_at', 'is', null)
    .executeTakeFirst()
  if (finished.numUpdatedRows === 0n) return
  await recordAudit(transaction, { type: 'data-keys.rotated', actor, subject: { kind: 'organization', id: organization } })
}

/** One step; returns how many rows it looked at. Nothing is held while the service is asked. */
export const dataKeyStep = async (parts: VaultParts, { organization, actor, patience }: KeyTurn): Promise<number> => {
  const { pool, clock } = parts
  const now = clock()
  const rows = await withOrganization(pool, organization, async (transaction) => {
    const rotation = await readRotation(transaction)
    const asked = rotation?.finishedAt === null ? rotation.startedAt.getTime() : 0
    const before = new Date(Math.max(asked, now - DATA_KEY_AGE))
    const found = await findRowsSealedBefore(transaction, organization, {
      before,
      triedBefore: new Date(now - patience),
      limit: STEP,
    })
    if (found.length === 0 && asked > 0) await finish(transaction, { organization, actor, now: new Date(now) })
    return found
  })
  if (rows.length === 0) return 0
  const { done, unopened, failure } = await tryRows(rows, (row) => sealAgain(parts, row))
  await withOrganization(pool, organization, async (transaction) => {
    for (const { row, result } of done) await row.replace(transaction, result)
    await forgetUnopened(
      transaction,
      done.map(({ row }) => row),
    )
    await noteUnopened(transaction, unopened, { organization, actor, now: new Date(clock()) })
  })
  if (failure !== null) throw failure
  return rows.length
}
