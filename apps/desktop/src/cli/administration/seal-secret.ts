/** Seals a secret to the vault key: nothing between this process and the vault sees it. */
import {
  type CanonicalValue,
  canonicalJson,
  type CredentialPlaintext,
  type Endpoint,
  endpointDigest,
  fromBase64url,
  seal,
  SallyportError,
  utf8,
} from '@sallyport/protocol'
import { type InputOf, type RouteOf, secretInfo } from '@sallyport/protocol/api'
import type { Context } from '../context.ts'

type SecretBody = InputOf<RouteOf<'createSecret'>>['body']

export const sealSecret = async (
  context: Context,
  resource: { readonly id: string; readonly endpoint: Endpoint },
  plaintext: CredentialPlaintext,
): Promise<SecretBody> => {
  const { organization, vaultKeys } = await (await context.agent()).call('trust', {})
  const vaultKey = vaultKeys[0]
  if (!vaultKey) throw new SallyportError('vault_unavailable')
  const digest = await endpointDigest(resource.endpoint)
  const info = secretInfo({ organization, resource: resource.id, endpointDigest: digest })
  const bytes = utf8(canonicalJson(plaintext as unknown as CanonicalValue))
  try {
    const sealed = await seal(bytes, fromBase64url(vaultKey.publicKey), { info })
    return { resource: resource.id, endpointDigest: digest, vaultKey: vaultKey.id, sealed }
  } finally {
    bytes.fill(0)
  }
}
