/** Secrets on their way in: opened from what the client sealed, checked, and sealed again for their rest. */
import { randomUUID } from 'node:crypto'
import { SallyportError, type Sealed, unseal } from '@sallyport/protocol'
import { secretInfo } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import {
  destroySecretVersions,
  findSecret,
  insertSecret,
  insertSecretVersion,
  lockSecret,
  nextSecretVersion,
  readSecretVersion,
  rebindSecretVersion,
  type Secret,
  type SecretFacts,
  useSecretVersion,
  useStoredPlace,
} from '../../domains/secrets/index.ts'
import { findResource } from '../../domains/resources/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'
import { openSecret, sealSecret } from './secret-envelope.ts'
import { secretFacts, storedFacts } from './secret-facts.ts'

interface Incoming {
  readonly organization: string
  readonly resource: string
  readonly endpointDigest: string
  readonly vaultKey: string
  readonly sealed: Sealed
}

interface Opened {
  readonly plaintext: Uint8Array
  readonly facts: SecretFacts
}

const describedFacts = ({ kind, endsAt, account }: SecretFacts) => ({
  kind,
  ...(endsAt === null ? {} : { endsAt: endsAt.toISOString() }),
  ...(account === null ? {} : { account }),
})

/** The credentials that use it say to people which account it is for. */
const checkSameAccount = ({ account }: Secret, facts: SecretFacts): void => {
  if (account === facts.account) return
  throw new SallyportError('conflict', {
    message: 'A secret that is for one account alone stays one, and for the same account. Make another credential.',
  })
}

const answerOf = (secret: Secret) => ({
  id: secret.id,
  resource: secret.resource,
  version: secret.version,
  bound: secret.bound,
  createdAt: secret.createdAt.toISOString(),
})

export const secrets = (
  parts: VaultParts,
  keys: VaultKeys,
): Pick<VaultLink, 'createSecret' | 'replaceSecret' | 'bindSecret' | 'vaultKeys'> => {
  /** Opens what came, before any transaction: a connection that waits for another one could wait for ever. */
  const withPlaintext = <Result>(
    incoming: Incoming,
    work: (transaction: Transaction, opened: Opened) => Promise<Result>,
  ): Promise<Result> =>
    keys.withSealingKey(incoming.organization, incoming.vaultKey, (key) =>
      withSecretBytes(unseal(incoming.sealed, key, { info: secretInfo(incoming) }), (plaintext) => {
        const facts = secretFacts(plaintext, parts.clock())
        return withOrganization(parts.pool, incoming.organization, (transaction) => work(transaction, { plaintext, facts }))
      }),
    )

  /** Seals it for its place. The endpoint must be the present one: the client saw where it will be sent. */
  const sealFor = async (
    transaction: Transaction,
    incoming: Incoming,
    { plaintext, facts, ...place }: Opened & { readonly secret: string; readonly version: number },
  ) => {
    const resource = await findResource(transaction, incoming.resource)
    if (!resource) throw new SallyportError('not_found', { message: 'There is no such resource.' })
    if (resource.endpointDigest !== incoming.endpointDigest) {
      throw new SallyportError('conflict', { message: 'The endpoint of the resource changed. Look at it and try again.' })
    }
    const { organization, endpointDigest } = incoming
    const context = { ...place, organization, resource: resource.id, endpointDigest }
    return { ...context, ...(await sealSecret(parts.kms, plaintext, context)), facts, at: new Date(parts.clock()) }
  }

  const state = async (transaction: Transaction, id: string) => {
    const secret = await findSecret(transaction, id)
    if (!secret) throw new SallyportError('not_found', { message: 'There is no such secret.' })
    return secret
  }

  return {
    async vaultKeys({ organization }) {
      const known = await keys.knownKeys(organization, 'sealing')
      return { keys: known.map(({ id, publicKey }) => ({ id, publicKey: Buffer.from(publicKey).toString('base64url') })) }
    },

    createSecret: (incoming) =>
      withPlaintext(incoming, async (transaction, opened) => {
        const secret = randomUUID()
        const version = await sealFor(transaction, incoming, { ...opened, secret, version: 1 })
        await insertSecret(transaction, version)
        await insertSecretVersion(transaction, version)
        await recordAudit(transaction, {
          type: 'secret.created',
          actor: incoming.actor,
          subject: { kind: 'secret', id: secret },
          details: {
            before: null,
            after: {
              resource: version.resource,
              version: 1,
              endpointDigest: version.endpointDigest,
              ...describedFacts(version.facts),
            },
          },
        })
        return answerOf(await state(transaction, secret))
      }),

    replaceSecret: (incoming) =>
      withPlaintext(incoming, async (transaction, opened) => {
        const before = await lockSecret(transaction, incoming.secret)
        if (before?.resource !== incoming.resource) throw new SallyportError('not_found', { message: 'There is no such secret.' })
        checkSameAccount(before, opened.facts)
        const version = await sealFor(transaction, incoming, {
          ...opened,
          secret: before.id,
          version: await nextSecretVersion(transaction, before.id),
        })
        await insertSecretVersion(transaction, version)
        await useSecretVersion(transaction, version)
        await useStoredPlace(transaction, before.id, null)
        // The one before stays for an unlock that was decided just before this.
        await destroySecretVersions(transaction, { secret: before.id, below: before.version })
        await recordAudit(transaction, {
          type: 'secret.replaced',
          actor: incoming.actor,
          subject: { kind: 'secret', id: before.id },
          details: {
            resource: before.resource,
            before: { version: before.version, endpointDigest: before.endpointDigest },
            after: {
              version: version.version,
              endpointDigest: version.endpointDigest,
              ...describedFacts(version.facts),
            },
          },
        })
        return answerOf(await state(transaction, before.id))
      }),

    bindSecret: ({ organization, actor, secret: id, endpointDigest }) =>
      withOrganization(parts.pool, organization, async (transaction) => {
        const before = await lockSecret(transaction, id)
        if (!before) throw new SallyportError('not_found', { message: 'There is no such secret.' })
        if (before.presentEndpointDigest !== endpointDigest) {
          throw new SallyportError('conflict', { message: 'The endpoint of the resource changed. Look at it and try again.' })
        }
        const place = { organization, secret: id, version: before.version, resource: before.resource }
        const stored = await readSecretVersion(transaction, place)
        if (!stored) throw new SallyportError('secret_unavailable', { cause: new Error('the version in use is missing') })
        const sealed = await withSecretBytes(
          openSecret(parts.kms, stored, { ...place, endpointDigest: before.endpointDigest }),
          async (plaintext) => ({
            ...(await sealSecret(parts.kms, plaintext, { ...place, endpointDigest })),
            facts: before.stored === null ? secretFacts(plaintext, parts.clock()) : storedFacts,
          }),
        )
        await rebindSecretVersion(transaction, { ...place, endpointDigest, ...sealed })
        await recordAudit(transaction, {
          type: 'secret.bound',
          actor,
          subject: { kind: 'secret', id },
          details: {
            resource: before.resource,
            version: before.version,
            before: { endpointDigest: before.endpointDigest },
            after: { endpointDigest },
          },
        })
        return answerOf(await state(transaction, id))
      }),
  }
}
