/** Erases a person: their account ends, and what says who they are is overwritten; what they did on resources goes in steps. */
import { PERSON_ERASED, SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { deleteActivityOf } from '../activity/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { revoke } from '../revocations/index.ts'
import { closeAccount } from '../users/index.ts'
import { personalTables } from './personal-tables.ts'
import { findUnfinishedErasure, finishErasure, insertErasure, isKnownPerson } from './store.ts'

const overwrite = async (transaction: Transaction, person: string): Promise<void> => {
  for (const { table, rowsOf, erased } of personalTables) {
    const rows = rowsOf(person)
    if (erased === null) {
      await sql`delete from ${sql.table(table)} where ${rows}`.execute(transaction)
      continue
    }
    const changes = Object.entries(erased).map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
    if (changes.length > 0) await sql`update ${sql.table(table)} set ${sql.join(changes)} where ${rows}`.execute(transaction)
  }
}

export interface ErasureRequest {
  readonly person: string
  /** It was asked for before, and a backup of before was restored: then nothing keeps it from being done again. */
  readonly again: boolean
}

/**
 * One transaction with one audit entry. Throws `not_found`; `conflict` for somebody who was erased before; `in_use` for the last
 * owner and for support access that is open. The key of what is in the log is the log role's to destroy, {@link continueErasure} does so and deletes activity.
 */
export const erasePerson = async (transaction: Transaction, author: Author, { person, again }: ErasureRequest): Promise<void> => {
  if (!(await isKnownPerson(transaction, person))) throw new SallyportError('not_found')
  if (!(await insertErasure(transaction, person, new Date(author.now)))) {
    throw new SallyportError('conflict', { message: 'This person was erased already.' })
  }
  // Their gateways remove what they keep of them.
  await revoke(transaction, { organization: author.organization, subject: { kind: 'user', id: person }, code: PERSON_ERASED })
  await closeAccount(transaction, author, { id: person, whatever: again })
  await overwrite(transaction, person)
  await recordAudit(transaction, {
    type: 'person.erased',
    actor: author.actor,
    subject: { kind: 'user', id: person },
    details: { again },
    at: author.now,
  })
}

export interface ErasureStep {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Rows of activity that one step deletes. */
  readonly limit: number
  /** Runs in one transaction. */
  readonly run: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
  /** Destroys the key of what is personal about somebody in the log. */
  readonly eraseInLog: (person: string) => Promise<unknown>
}

/** One step for one erasure that is not finished; two at once do no harm. True: there may be more of it. */
export const continueErasure = async ({ now, limit, run, eraseInLog }: ErasureStep): Promise<boolean> => {
  const erasure = await run(findUnfinishedErasure)
  if (erasure === null) return false
  const { user } = erasure
  await eraseInLog(user)
  await run(async (transaction) => {
    const deleted = await deleteActivityOf(transaction, { user, limit })
    if (deleted < limit) await finishErasure(transaction, user, new Date(now()))
  })
  return true
}
