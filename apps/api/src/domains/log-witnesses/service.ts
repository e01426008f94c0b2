/** Who cosigns the heads of an organization's log. What the witnesses themselves remember is not changed by changing this. */
import { AuditLogError, type NoteKey, parseNoteKey } from '@sallyport/audit-log'
import { SallyportError } from '@sallyport/protocol'
import type { LogWitness, LogWitnesses } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'

export const readLogWitnesses = async (transaction: Transaction): Promise<LogWitnesses> => {
  const row = await transaction.selectFrom('log_witnesses').select(['witnesses', 'quorum']).executeTakeFirst()
  return { witnesses: [...(row?.witnesses ?? [])], quorum: row?.quorum ?? 0 }
}

/** Throws `invalid_request` for what is not the key of a witness. */
export const witnessKey = ({ key }: LogWitness): NoteKey => {
  try {
    const parsed = parseNoteKey(key)
    if (parsed.kind === 'cosignature') return parsed
  } catch (cause) {
    if (!(cause instanceof AuditLogError)) throw cause
  }
  throw new SallyportError('invalid_request', {
    message: 'A witness has a verifier key for cosignatures.',
    details: ['body.witnesses'],
  })
}

const check = ({ witnesses, quorum }: LogWitnesses): void => {
  const keys = new Set(witnesses.map((witness) => Buffer.from(witnessKey(witness).publicKey).toString('hex')))
  if (keys.size !== witnesses.length) {
    throw new SallyportError('invalid_request', { message: 'A witness is named twice.', details: ['body.witnesses'] })
  }
  if (quorum > witnesses.length) {
    throw new SallyportError('invalid_request', {
      message: 'There are fewer witnesses than must cosign.',
      details: ['body.quorum'],
    })
  }
}

export const changeLogWitnesses = async (
  transaction: Transaction,
  { organization, actor }: Author,
  wanted: LogWitnesses,
): Promise<LogWitnesses> => {
  check(wanted)
  await transaction
    .insertInto('log_witnesses')
    .values({ witnesses: '[]', quorum: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await transaction.selectFrom('log_witnesses').select('quorum').forUpdate().execute()
  const before = await readLogWitnesses(transaction)
  await transaction
    .updateTable('log_witnesses')
    .set({ witnesses: JSON.stringify(wanted.witnesses), quorum: wanted.quorum })
    .where('organization_id', '=', organization)
    .execute()
  await recordAudit(transaction, {
    type: 'log.witnesses-changed',
    actor,
    subject: { kind: 'organization', id: organization },
    details: { before, after: wanted },
  })
  return wanted
}
