/**
 * What the vault releases of a secret that lies in a third-party store: where it is, and a token by which the store knows this
 * one lease. Made where a secret would be unwrapped: after both signatures, the decision and the receipt. `spec/stores.md`.
 */
import { sign } from 'node:crypto'
import {
  audienceOfStore,
  type CanonicalValue,
  canonicalJson,
  type Endpoint,
  fromUtf8,
  type LeaseBinding,
  locationFor,
  MAX_STORE_TOKEN,
  parseCanonicalJson,
  SallyportError,
  STORE_TOKEN_LIFETIME,
  type StoredCredential,
  type StoredReference,
  storedReference,
  storeDigest,
  type StorePurpose,
  tokenAlgorithmOf,
  toBase64url,
  utf8,
} from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import type { StoredPlace } from '../../domains/secrets/index.ts'
import { findStore, type Store } from '../../domains/stores/index.ts'
import type { VaultParts } from './parts.ts'
import type { TokenKeys } from './token-keys.ts'

export interface StoredLease {
  readonly binding: LeaseBinding
  readonly endpoint: Endpoint
  readonly purpose: StorePurpose
  /** Where it lies, as administrators are shown it. */
  readonly stored: StoredPlace
  /** Milliseconds since 1970. */
  readonly now: number
}

const unavailable = (reason: string): SallyportError => new SallyportError('secret_unavailable', { cause: new Error(reason) })

/** Throws `secret_unavailable` when what was sealed is no reference, or not the one that is shown. */
const readReference = (plaintext: Uint8Array, shown: StoredPlace): StoredReference => {
  const parsed = storedReference.safeParse(safelyParsed(plaintext))
  // No cause: it would name parts of a secret, were it one.
  if (!parsed.success) throw unavailable('what was sealed is no reference to a store')
  const { store, path, field } = parsed.data
  if (store !== shown.store || path !== shown.path || field !== shown.field) {
    throw unavailable('what was sealed refers to another place than what is shown')
  }
  return parsed.data
}

const safelyParsed = (plaintext: Uint8Array): unknown => {
  try {
    return parseCanonicalJson(fromUtf8(plaintext))
  } catch {
    return null
  }
}

const part = (value: CanonicalValue): string => toBase64url(utf8(canonicalJson(value)))

/** AWS takes what its policies may compare from one claim, as lists of texts. */
const awsTags = (tags: Readonly<Record<string, string>>) => ({
  'https://aws.amazon.com/tags': {
    principal_tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
    transitive_tag_keys: [],
  },
})

const claimsOf = (store: Store, reference: StoredReference, { binding, endpoint, purpose, now }: StoredLease): CanonicalValue => {
  const { organization, gateway, credential, resource, lease, session, user: person } = binding
  const seconds = Math.floor(now / 1000)
  return {
    iss: store.issuer,
    // Azure compares nothing else.
    sub: `${organization}/${gateway}/${credential}${purpose === 'rotate' ? '/rotate' : ''}`,
    aud: audienceOfStore(store.location)!,
    iat: seconds,
    nbf: seconds,
    exp: seconds + STORE_TOKEN_LIFETIME / 1000,
    jti: lease,
    organization,
    gateway,
    credential,
    resource,
    endpoint: `${endpoint.host}:${endpoint.port}`,
    lease,
    session,
    person,
    path: reference.path,
    purpose,
    ...(store.location.kind === 'aws' ? awsTags({ gateway, credential, person, lease, path: reference.path, purpose }) : {}),
  }
}

export interface StoreTokens {
  /** The plaintext to seal to the gateway. Throws `secret_unavailable`. The caller overwrites the result. */
  release(plaintext: Uint8Array, lease: StoredLease): Promise<Uint8Array>
}

export const storeTokens = (parts: Pick<VaultParts, 'pool'>, keys: Pick<TokenKeys, 'withSigningKey'>): StoreTokens => {
  /** A store that is not what it was when the reference was sealed gets no token. */
  const readStore = async (organization: string, reference: StoredReference): Promise<Store> => {
    const store = await withOrganization(parts.pool, organization, (transaction) => findStore(transaction, reference.store))
    if (!store) throw unavailable('the store is gone')
    if ((await storeDigest(store)) !== reference.storeDigest) throw unavailable('the store is not the one that was sealed')
    return store
  }

  /** JWS Compact Serialization (RFC 7515 §7.1). */
  const signToken = async (store: Store, reference: StoredReference, lease: StoredLease): Promise<string> => {
    const alg = tokenAlgorithmOf(store.location)
    const token = await keys.withSigningKey(lease.binding.organization, alg, (key, kid) => {
      const input = `${part({ alg, kid, typ: 'JWT' })}.${part(claimsOf(store, reference, lease))}`
      return `${input}.${sign('sha256', utf8(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    })
    if (token.length > MAX_STORE_TOKEN) throw new SallyportError('payload_too_large')
    return token
  }

  return {
    async release(plaintext, lease) {
      const reference = readReference(plaintext, lease.stored)
      const store = await readStore(lease.binding.organization, reference)
      const isOpen = audienceOfStore(store.location) !== null
      const released: StoredCredential = {
        kind: 'stored',
        store: store.id,
        location: locationFor(store.location, lease.purpose),
        path: reference.path,
        field: reference.field,
        token: isOpen ? await signToken(store, reference, lease) : null,
      }
      return utf8(canonicalJson(released))
    },
  }
}
