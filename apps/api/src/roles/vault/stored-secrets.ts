/**
 * Secrets that lie in third-party stores. What the vault seals in their place says where, bound to resource and endpoint as a
 * secret is: nobody who can write its tables can make it issue a token for another path.
 */
import { randomUUID } from 'node:crypto'
import { canonicalJson, SallyportError, storeDigest, type StoredReference, utf8 } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { findResource } from '../../domains/resources/index.ts'
import {
  destroySecretVersions,
  findSecret,
  insertSecret,
  insertSecretVersion,
  lockSecret,
  nextSecretVersion,
  useSecretVersion,
  useStoredPlace,
} from '../../domains/secrets/index.ts'
import { findStore, type Store } from '../../domains/stores/index.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultParts } from './parts.ts'
import { sealSecret } from './secret-envelope.ts'
import { storedFacts } from './secret-facts.ts'

type Incoming = Parameters<VaultLink['createStoredSecret']>[0]

/** Longest value of a tag of AWS, in which the path is. */
const MAX_AWS_PATH = 256

const checkPlace = ({ location }: Store, { path, field }: Incoming): void => {
  if (location.kind === 'aws' && path.length > MAX_AWS_PATH) {
    throw new SallyportError('invalid_request', { message: 'The path is longer than AWS lets tokens say.' })
  }
  if (location.kind === 'google' && !/^projects\/[^/]+\/secrets\/[^/]+(?:\/versions\/[^/]+)?$/.test(path)) {
    throw new SallyportError('invalid_request', {
      message: 'The path of a secret is projects/…/secrets/…, with or without /versions/….',
    })
  }
  if (location.kind === 'azure' && path.includes('/')) {
    throw new SallyportError('invalid_request', { message: 'The path of a secret is its name.' })
  }
  if (location.kind === 'vault' && (location.engine === 'kv') !== (field !== null)) {
    const message = location.engine === 'kv' ? 'Say in which field the password is.' : 'The database engine has no fields.'
    throw new SallyportError('invalid_request', { message })
  }
}

export const storedSecrets = (parts: VaultParts): Pick<VaultLink, 'createStoredSecret' | 'replaceByStoredSecret'> => {
  /** Seals where it lies for its place. The endpoint must be the present one: who did this saw where it will be sent. */
  const sealReference = async (
    transaction: Transaction,
    incoming: Incoming,
    place: { readonly secret: string; readonly version: number },
  ) => {
    const { organization, endpointDigest, path, field } = incoming
    const resource = await findResource(transaction, incoming.resource)
    if (!resource) throw new SallyportError('not_found', { message: 'There is no such resource.' })
    const store = await findStore(transaction, incoming.store)
    if (!store) throw new SallyportError('not_found', { message: 'There is no such store.' })
    if (resource.endpointDigest !== endpointDigest) {
      throw new SallyportError('conflict', { message: 'The endpoint of the resource changed. Look at it and try again.' })
    }
    checkPlace(store, incoming)
    const reference: StoredReference = {
      kind: 'reference',
      store: store.id,
      storeDigest: await storeDigest(store),
      path,
      field,
    }
    const context = { ...place, organization, resource: resource.id, endpointDigest }
    const sealed = await sealSecret(parts.kms, utf8(canonicalJson(reference)), context)
    return { ...context, ...sealed, facts: storedFacts, at: new Date(parts.clock()) }
  }

  const stateOf = async (transaction: Transaction, id: string) => {
    const secret = await findSecret(transaction, id)
    if (!secret) throw new SallyportError('not_found', { message: 'There is no such secret.' })
    const { resource, version, bound, createdAt } = secret
    return { id, resource, version, bound, createdAt: createdAt.toISOString() }
  }

  const placeOf = ({ store, path, field }: Incoming) => ({ store, path, field })

  return {
    createStoredSecret: (incoming) =>
      withOrganization(parts.pool, incoming.organization, async (transaction) => {
        const secret = randomUUID()
        const version = await sealReference(transaction, incoming, { secret, version: 1 })
        await insertSecret(transaction, version)
        await useStoredPlace(transaction, secret, placeOf(incoming))
        await insertSecretVersion(transaction, version)
        const { resource, endpointDigest } = version
        await recordAudit(transaction, {
          type: 'secret.created',
          actor: incoming.actor,
          subject: { kind: 'secret', id: secret },
          details: { before: null, after: { resource, version: 1, endpointDigest, stored: placeOf(incoming) } },
        })
        return stateOf(transaction, secret)
      }),

    replaceByStoredSecret: (incoming) =>
      withOrganization(parts.pool, incoming.organization, async (transaction) => {
        const before = await lockSecret(transaction, incoming.secret)
        if (before?.resource !== incoming.resource) throw new SallyportError('not_found', { message: 'There is no such secret.' })
        if (before.account !== null) {
          throw new SallyportError('conflict', { message: 'A secret for temporary users stays one. Make another credential.' })
        }
        const version = await sealReference(transaction, incoming, {
          secret: before.id,
          version: await nextSecretVersion(transaction, before.id),
        })
        await insertSecretVersion(transaction, version)
        await useSecretVersion(transaction, version)
        await useStoredPlace(transaction, before.id, placeOf(incoming))
        // The one before stays for an unlock that was decided just before this.
        await destroySecretVersions(transaction, { secret: before.id, below: before.version })
        await recordAudit(transaction, {
          type: 'secret.replaced',
          actor: incoming.actor,
          subject: { kind: 'secret', id: before.id },
          details: {
            resource: before.resource,
            before: {
              version: before.version,
              endpointDigest: before.endpointDigest,
              stored: before.stored === null ? null : { ...before.stored },
            },
            after: { version: version.version, endpointDigest: version.endpointDigest, stored: placeOf(incoming) },
          },
        })
        return stateOf(transaction, before.id)
      }),
  }
}
