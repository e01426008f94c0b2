/** The vault's part in rotating a password of a resource: it keeps what a gateway is about to set, and promotes what works. */
import { fromUtf8, credentialPlaintext, parseCanonicalJson, pendingSecretInfo, SallyportError, unseal } from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import { kindOfTakenJob, targetOfJob } from '../../domains/gateway-jobs/index.ts'
import { type MoveReference, settleRotation, storePendingVersion } from '../../domains/rotation/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'
import { openSecret, sealSecret } from './secret-envelope.ts'

/** Only a password may follow a password. */
const checkPassword = (plaintext: Uint8Array): void => {
  try {
    if (credentialPlaintext.parse(parseCanonicalJson(fromUtf8(plaintext))).kind === 'password') return
  } catch {
    // The cause would name parts of the secret.
  }
  throw new SallyportError('invalid_request', { message: 'What was sealed is no password.' })
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
    const { resource, endpointDigest } = await withOrganization(parts.pool, organization, async (transaction) => {
      await kindOfTakenJob(transaction, taking)
      return targetOfJob(transaction, taking.job)
    })
    const info = pendingSecretInfo({ organization, resource, endpointDigest, job: taking.job })
    await keys.withSealingKey(organization, vaultKey, (key) =>
      withSecretBytes(unseal(sealed, key, { info }), async (plaintext) => {
        checkPassword(plaintext)
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
