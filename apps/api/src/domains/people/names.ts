/** Every name and e-mail address of a person goes in and out here. */
import { SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { blindIndex, personalColumn } from '../personal-data/index.ts'

export interface PersonNames {
  /** In lower case. */
  readonly email: string
  readonly firstName: string
  readonly lastName: string
}

export interface Person extends PersonNames {
  readonly id: string
}

/** What a row of `users` holds of it. */
export interface SealedNames {
  readonly id: string
  readonly personal: Uint8Array | null
}

const column = personalColumn<PersonNames>('users')

const erased = (id: string): PersonNames => ({ email: `erased-${id}@erased.invalid`, firstName: 'Erased', lastName: 'person' })

/** In their order. Throws `secret_unavailable` for a value of another row. */
export const openNames = async (transaction: Transaction, rows: readonly SealedNames[]): Promise<Person[]> => {
  const places = rows.map(({ id, personal }) => ({ row: id, person: id, sealed: personal }))
  const opened = await column.openAll(transaction, places)
  return rows.map(({ id }, index) => ({ id, ...(opened[index] ?? erased(id)) }))
}

/** Columns of the row. Throws `secret_unavailable` for somebody without a seed: a name is never overwritten by nothing. */
export const sealNames = async (transaction: Transaction, id: string, { email, firstName, lastName }: PersonNames) => {
  const personal = await column.seal(transaction, { row: id, person: id }, { email, firstName, lastName })
  if (personal === null) throw new SallyportError('secret_unavailable', { message: 'Personal data cannot be sealed.' })
  return { personal, email_index: await emailIndexOf(transaction, email) }
}

/** By what an account is found. `email` in lower case. */
export const emailIndexOf = (transaction: Transaction, email: string): Promise<Buffer> => blindIndex(transaction, 'e-mail', email)

/** Of these ids, those of people whom the organization has or had: who was deleted still has a name. */
export const namesOf = async (transaction: Transaction, ids: Iterable<string>): Promise<ReadonlyMap<string, Person>> => {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return new Map()
  const rows = await transaction
    .selectFrom('users')
    .select(['id', 'personal'])
    .where(sql<boolean>`id = any(${wanted}::uuid[])`)
    .execute()
  return new Map((await openNames(transaction, rows)).map((person) => [person.id, person]))
}
