import { randomUUID } from 'node:crypto'
import { keyIdOf, SallyportError, type ServicePurpose } from '@sallyport/protocol'
import type { Permission, ServiceAccount } from '@sallyport/protocol/api'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { requireP256 } from '../authority/index.ts'
import { assignServiceAccountRoles, rolesOfServiceAccounts } from '../roles/index.ts'
import { statusOfServiceAccount } from './standing.ts'
import { countServiceAccounts, listServiceAccountRows, lockServiceAccount, type ServiceAccountRow } from './store.ts'

const MAX_SERVICE_ACCOUNTS = 200
/** Milliseconds from now to the latest end date. */
const LONGEST = 366 * 24 * 60 * 60_000

const taken = { unique: 'conflict', message: 'There is a service account of this name.' } as const

export interface NewServiceAccount {
  readonly name: string
  /** SubjectPublicKeyInfo (DER). */
  readonly publicKey: Uint8Array
  readonly purposes: readonly ServicePurpose[]
  readonly roles: readonly string[]
  readonly expiresAt: Date
}

/** Somebody who makes accounts: what they may do themselves bounds what they can give. */
export interface ServiceAccountAuthor extends Author {
  readonly permissions: ReadonlySet<Permission>
}

/** Throws `invalid_request` for another kind of key or an end date out of bounds, `forbidden` for roles beyond one's own. */
export const createServiceAccount = async (
  transaction: Transaction,
  { name, publicKey, purposes, roles, expiresAt }: NewServiceAccount,
  author: ServiceAccountAuthor,
): Promise<ServiceAccount> => {
  await requireP256(publicKey)
  const lasts = expiresAt.getTime() - author.now
  if (lasts <= 0 || lasts > LONGEST) {
    throw new SallyportError('invalid_request', {
      message: 'A service account ends at a time to come, at most 366 days from now.',
    })
  }
  await requireRoom(transaction, { of: 'service accounts', limit: MAX_SERVICE_ACCOUNTS }, () => countServiceAccounts(transaction))
  const id = randomUUID()
  const createdAt = new Date(author.now)
  const row = {
    id,
    name,
    public_key: Buffer.from(publicKey),
    purposes: [...purposes],
    created_at: createdAt,
    expires_at: expiresAt,
  }
  await refusing(taken, transaction.insertInto('service_accounts').values(row).execute())
  await assignServiceAccountRoles(transaction, { account: id, roles, by: author.permissions })
  const account = { id, name, publicKey, purposes, createdAt, expiresAt, revokedAt: null, lastTokenAt: null }
  const answer = await answerOf(account, { roles: new Map([[id, [...new Set(roles)]]]), now: author.now })
  await recordAudit(transaction, {
    type: 'service-account.created',
    actor: author.actor,
    subject: { kind: 'service-account', id },
    details: {
      before: null,
      after: { name, keyId: answer.keyId, purposes: [...purposes], roles: answer.roles, expiresAt: answer.expiresAt },
    },
  })
  return answer
}

const answerOf = async (
  { publicKey, revokedAt, ...account }: ServiceAccountRow,
  { roles, now }: { readonly roles: ReadonlyMap<string, readonly string[]>; readonly now: number },
): Promise<ServiceAccount> => ({
  ...account,
  keyId: await keyIdOf(new Uint8Array(publicKey)),
  purposes: [...account.purposes],
  roles: [...(roles.get(account.id) ?? [])],
  status: statusOfServiceAccount({ revokedAt, expiresAt: account.expiresAt }, now),
  createdAt: account.createdAt.toISOString(),
  expiresAt: account.expiresAt.toISOString(),
  lastTokenAt: account.lastTokenAt?.toISOString() ?? null,
})

export const listServiceAccounts = async (
  transaction: Transaction,
  page: {
    readonly after: { readonly createdAt: Date; readonly id: string } | null
    readonly limit: number
    readonly now: number
  },
): Promise<ServiceAccount[]> => {
  const rows = await listServiceAccountRows(transaction, page)
  const roles = await rolesOfServiceAccounts(
    transaction,
    rows.map(({ id }) => id),
  )
  return Promise.all(rows.map((row) => answerOf(row, { roles, now: page.now })))
}

/** Its next call is refused: each one is judged by what is in the database. Throws `conflict` for one that is revoked already. */
export const revokeServiceAccount = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  const account = await lockServiceAccount(transaction, id)
  if (account === null) throw new SallyportError('not_found', { message: 'There is no such service account.' })
  if (account.revokedAt !== null) throw new SallyportError('conflict', { message: 'The service account is revoked already.' })
  const revokedAt = new Date(author.now)
  await transaction.updateTable('service_accounts').set({ revoked_at: revokedAt }).where('id', '=', id).execute()
  await recordAudit(transaction, {
    type: 'service-account.revoked',
    actor: author.actor,
    subject: { kind: 'service-account', id },
    details: { name: account.name, before: statusOfServiceAccount(account, author.now), after: 'revoked' },
  })
}
