import { randomUUID } from 'node:crypto'
import { isGatewayTrusted, SallyportError, storeDigest, type StoreLocation } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { checkAuthorities } from '../resources/index.ts'
import { deleteUnusedSecretsOfStore } from '../secrets/index.ts'
import { countStores, findStore, insertStore, type Store } from './store.ts'

const MAX_STORES = 200
const taken = { unique: 'conflict', message: 'There is a store of this name.' } as const

export const requireStore = async (transaction: Transaction, id: string): Promise<Store> => {
  const store = await findStore(transaction, id)
  if (!store) throw new SallyportError('not_found', { message: 'There is no such store.' })
  return store
}

/** For people: what tells one store from another. */
export const placeOfStore = (location: StoreLocation): string => {
  switch (location.kind) {
    case 'vault':
    case 'azure':
      return location.address
    case 'aws':
      return location.role
    case 'google':
      return location.provider
  }
}

/** Where a store is, without certificates: the digest stands for all of it. */
const described = async ({ name, issuer, location }: Pick<Store, 'name' | 'issuer' | 'location'>) => ({
  name,
  issuer,
  kind: location.kind,
  at: placeOfStore(location),
  gatewayTrusted: isGatewayTrusted(location),
  digest: await storeDigest({ issuer, location }),
})

/** Throws `conflict` for a name that is taken, `invalid_request` for certificates that cannot be read. */
export const createStore = async (
  transaction: Transaction,
  input: Pick<Store, 'name' | 'issuer' | 'location'>,
  author: Author,
): Promise<Store> => {
  await requireRoom(transaction, { of: 'stores', limit: MAX_STORES }, () => countStores(transaction))
  if (input.location.kind === 'vault' && input.location.authority !== '') checkAuthorities(input.location.authority)
  const store: Store = { ...input, id: randomUUID(), createdAt: new Date(author.now) }
  await refusing(taken, insertStore(transaction, store))
  await recordAudit(transaction, {
    type: 'store.created',
    actor: author.actor,
    subject: { kind: 'store', id: store.id },
    details: { before: null, after: await described(store) },
  })
  return store
}

export const renameStore = async (
  transaction: Transaction,
  { id, name }: Pick<Store, 'id' | 'name'>,
  author: Author,
): Promise<Store> => {
  const before = await requireStore(transaction, id)
  await refusing(taken, transaction.updateTable('stores').set({ name }).where('id', '=', id).execute())
  await recordAudit(transaction, {
    type: 'store.changed',
    actor: author.actor,
    subject: { kind: 'store', id },
    details: { before: { name: before.name }, after: { name } },
  })
  return { ...before, name }
}

/** What no credential uses goes with it. Throws `in_use` while a credential's secret lies there. */
export const deleteStore = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  const before = await requireStore(transaction, id)
  const secrets = await deleteUnusedSecretsOfStore(transaction, id)
  await refusing(
    { foreign: 'in_use', message: 'Secrets of credentials still lie in this store.' },
    transaction.deleteFrom('stores').where('id', '=', id).execute(),
  )
  await recordAudit(transaction, {
    type: 'store.deleted',
    actor: author.actor,
    subject: { kind: 'store', id },
    details: { before: await described(before), after: null, secrets: secrets.length },
  })
}
