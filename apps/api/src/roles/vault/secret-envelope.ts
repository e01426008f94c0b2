/**
 * Secrets at rest: each version under a data key of its own, which the KMS wraps under the encryption context. The same
 * context is the associated data of the secret itself, so that nothing opens in another row, version, organization or for
 * another endpoint.
 */
import { randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { KEY_LENGTH, openBytes, sealBytes } from '../../keys/envelope.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { Kms } from '../../kms/kms.ts'

/** What a secret version belongs to. */
export interface SecretContext {
  readonly organization: string
  readonly secret: string
  readonly version: number
  readonly resource: string
  readonly endpointDigest: string
}

export interface SealedSecret {
  readonly wrappedKey: Uint8Array
  readonly ciphertext: Uint8Array
}

export const secretContext = ({ organization, secret, version, resource, endpointDigest }: SecretContext) => ({
  purpose: 'secret',
  organization,
  secret,
  version,
  resource,
  endpointDigest,
})

export const sealSecret = (kms: Kms, plaintext: Uint8Array, context: SecretContext): Promise<SealedSecret> =>
  withSecretBytes(randomBytes(KEY_LENGTH), async (dataKey) => ({
    wrappedKey: await kms.wrap(dataKey, secretContext(context)),
    ciphertext: sealBytes(plaintext, dataKey, secretContext(context)),
  }))

/** The caller overwrites the result. Throws `secret_unavailable` when row, version, organization or endpoint do not fit. */
export const openSecret = (kms: Kms, sealed: SealedSecret, context: SecretContext): Promise<Uint8Array> =>
  withSecretBytes(kms.unwrap(sealed.wrappedKey, secretContext(context)), (dataKey) => {
    try {
      return openBytes(sealed.ciphertext, dataKey, secretContext(context))
    } catch (cause) {
      throw new SallyportError('secret_unavailable', { cause })
    }
  })
