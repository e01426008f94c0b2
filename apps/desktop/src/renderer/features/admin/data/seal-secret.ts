/** Seals a secret to the vault key in this page: what leaves it can be opened by the vault alone. */
import {
  type CanonicalValue,
  canonicalJson,
  type CredentialPlaintext,
  type Endpoint,
  endpointDigest,
  fromBase64url,
  seal,
  SallyportError,
  toBase64url,
  utf8,
} from '@sallyport/protocol'
import { secretInfo } from '@sallyport/protocol/api'
import type { Bridge } from '../../../bridge/bridge.ts'
import type { RouteInput } from '../../../data/use-route.ts'

/** What a person typed or pasted. */
export type TypedSecret =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly privateKey: string }

const plaintextOf = (typed: TypedSecret): CredentialPlaintext =>
  typed.kind === 'password'
    ? { kind: 'password', password: toBase64url(utf8(typed.password)) }
    : { kind: 'certificate', certificatePem: typed.certificate, privateKeyPem: toBase64url(utf8(typed.privateKey)) }

interface Target {
  readonly id: string
  readonly endpoint: Endpoint
}

/** Throws `vault_unavailable` when the trust bundle names no vault key. */
export const sealSecret = async (bridge: Bridge, resource: Target, typed: TypedSecret) => {
  const { organization, vaultKeys } = await bridge.call('trust', {})
  const vaultKey = vaultKeys[0]
  if (!vaultKey) throw new SallyportError('vault_unavailable')
  const digest = await endpointDigest(resource.endpoint)
  const info = secretInfo({ organization, resource: resource.id, endpointDigest: digest })
  const bytes = utf8(canonicalJson(plaintextOf(typed) as unknown as CanonicalValue))
  try {
    const sealed = await seal(bytes, fromBase64url(vaultKey.publicKey), { info })
    return {
      resource: resource.id,
      endpointDigest: digest,
      vaultKey: vaultKey.id,
      sealed,
    } satisfies RouteInput<'createSecret'>['body']
  } finally {
    bytes.fill(0)
  }
}
