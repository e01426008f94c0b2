/** The vault's part in rotating a password of a resource: it keeps what a gateway is about to set, and promotes what works. */
import { pendingSecretInfo, SallyportError, unseal } from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import { kindOfTakenJob, targetOfJob } from '../../domains/gateway-jobs/index.ts'
import { type MoveReference, settleRotation, storePendingVersion } from '../../domains/rotation/index.ts'
import { findSecret, type Secret } from '../../domains/secrets/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'
import { openSecret, sealSecret } from './secret-envelope.ts'
import { secretFacts } from './secret-facts.ts'

/** What follows is of the same kind and for the same account. Throws `invalid_request`. */
const checkFollows = (plaintext: Uint8Array, { kind, account }: Pick<Secret, 'kind' | 'account'>, now: number): void => {
  const next = secretFacts(plaintext, now)
  if (next.kind === (kind ?? 'password') && next.account === account) return
  throw new SallyportError('invalid_request', { message: 'What was sealed cannot follow the secret in use.' })
}

export const passwordRotation = (
  parts: VaultParts,
  keys: VaultKeys,
): Pick<VaultLink, 'jobKey' | 'storePendingSecret' | 'settleRotation'> => ({
  jobKey: ({ organization }) =>
    keys.withAuthorityKey({ scope: 'organization', organization }, 'job', (key) => ({
      privateKey: new Uint8Array(key.export({ type: 'pkcs8', format: 'der' })),
    })),

  async storePendingSecret({ organization, actor, vaultKey, sealed, ...taking }) {
    const { resource, endpointDigest, before } = await withOrganization(parts.pool, organization, async (transaction) => {
      await kindOfTakenJob(transaction, taking)
      const target = await targetOfJob(transaction, taking.job)
      const found = await findSecret(transaction, target.secret)
      if (found === null) throw new SallyportError('not_found', { message: 'The secret of this job is gone.' })
      return { ...target, before: found }
    })
    const info = pendingSecretInfo({ organization, resource, endpointDigest, job: taking.job })
    await keys.withSealingKey(organization, vaultKey, (key) =>
      withSecretBytes(unseal(sealed, key, { info }), async (plaintext) => {
        checkFollows(plaintext, before, parts.clock())
        await withOrganization(parts.pool, organization, (transaction) =>
          storePendingVersion(
            transaction,
            { ...taking, seal: (place) => sealSecret(parts.kms, plaintext, { ...place, organization }) },
            { organization, actor, now: parts.clock() },
          ),
        )
      }),
    )
    return {}
  },

  async settleRotation({ organization, actor, result, ...taking }) {
    const moveReference: MoveReference = (before, version) =>
      withSecretBytes(openSecret(parts.kms, before, { ...before, organization }), (reference) =>
        sealSecret(parts.kms, reference, { ...before, version, organization }),
      )
    await withOrganization(parts.pool, organization, (transaction) =>
      settleRotation(transaction, { ...taking, result, moveReference }, { organization, actor, now: parts.clock() }),
    )
    return {}
  },
})
