/**
 * Credentials that one person uses at a time. Who has one is whoever has a live lease of it; the database decides between two
 * who ask together.
 */
import type { ErrorCode } from '@sallyport/protocol'
import { sql } from 'kysely'
import { lockByName } from '../../db/lock-by-name.ts'
import type { Transaction } from '../../db/schema.ts'
import { notifyChange } from '../events/index.ts'
import { namesOf } from '../people/index.ts'
import { revoke } from '../revocations/index.ts'

/** Who has a credential, and until when unless they go on. */
export interface Holder {
  readonly credential: string
  readonly user: string
  readonly firstName: string
  readonly lastName: string
  readonly until: Date
}

/** More people than this are told together: everybody of the organization. */
const MAX_TOLD = 100

/** One decision at a time about this credential; the lock ends with the transaction. */
export const lockExclusiveUse = (transaction: Transaction, credential: string): Promise<void> =>
  lockByName(transaction, 'exclusive', credential)

/** Whether anybody but this person has a live lease of the credential. */
export const isHeldByOther = async (
  transaction: Transaction,
  { credential, user, now }: { readonly credential: string; readonly user: string; readonly now: number },
): Promise<boolean> => {
  const row = await transaction
    .selectFrom('leases')
    .select('id')
    .where('credential_id', '=', credential)
    .where('user_id', '<>', user)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', new Date(now))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Of these credentials those that are exclusive and that somebody else than this person has now. */
export const othersWithExclusive = async (
  transaction: Transaction,
  { credentials, user, now }: { readonly credentials: readonly string[]; readonly user: string; readonly now: number },
): Promise<ReadonlyMap<string, Holder>> => {
  if (credentials.length === 0) return new Map()
  const rows = await transaction
    .selectFrom('leases')
    .innerJoin('credentials', 'credentials.id', 'leases.credential_id')
    .select(['leases.credential_id', 'leases.user_id', 'leases.expires_at'])
    .where('credentials.exclusive', '=', true)
    .where('leases.credential_id', 'in', credentials)
    .where('leases.user_id', '<>', user)
    .where('leases.ended_at', 'is', null)
    .where('leases.expires_at', '>', new Date(now))
    .orderBy('leases.expires_at')
    .execute()
  const people = await namesOf(
    transaction,
    rows.map((row) => row.user_id),
  )
  return new Map(
    rows.map((row) => {
      const { firstName, lastName } = people.get(row.user_id)!
      const { credential_id: credential, user_id: holder, expires_at: until } = row
      return [credential, { credential, user: holder, firstName, lastName, until }]
    }),
  )
}

/** Tells everybody who may lease one of these credentials, as far as they are exclusive, that it was taken or is free. */
export const tellOfExclusiveUse = async (
  transaction: Transaction,
  { organization, leases }: { readonly organization: string; readonly leases: readonly string[] },
): Promise<void> => {
  if (leases.length === 0) return
  const { rows } = await sql<{ user_id: string }>`
    with taken as (
      select distinct credentials.id from leases
      join credentials on credentials.organization_id = leases.organization_id and credentials.id = leases.credential_id
      where leases.id = any(${leases}::uuid[]) and credentials.exclusive)
    select user_id from role_members join role_credentials using (organization_id, role_id)
      where credential_id in (select id from taken)
    union
    select user_id from grants where credential_id in (select id from taken) and ended is null
    limit ${MAX_TOLD + 1}`.execute(transaction)
  if (rows.length === 0) return
  const users = rows.length > MAX_TOLD ? {} : { users: rows.map((row) => row.user_id) }
  await notifyChange(transaction, { organization, topic: 'credentials', ...users })
}

const codeOfTaking: ErrorCode = 'credential_in_use'

/**
 * When a credential becomes exclusive while several have it: who had it first keeps it, the others' leases are revoked. Returns
 * how many were. Call it with the revocation number locked for update: then no lease is being decided.
 */
export const leaveToFirst = async (
  transaction: Transaction,
  { organization, credential, now }: { readonly organization: string; readonly credential: string; readonly now: number },
): Promise<number> => {
  const live = await transaction
    .selectFrom('leases')
    .select(['id', 'user_id'])
    .where('credential_id', '=', credential)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', new Date(now))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const others = live.filter((lease) => lease.user_id !== live[0]?.user_id)
  for (const { id } of others) {
    await revoke(transaction, { organization, subject: { kind: 'lease', id }, code: codeOfTaking })
    await transaction
      .updateTable('leases')
      .set({ ended_at: new Date(now), end_code: codeOfTaking, revoked: true })
      .where('id', '=', id)
      .execute()
  }
  return others.length
}
