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
  | { readonly kind: 'aws-iam'; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string }
  | { readonly kind: 'temporary-user'; readonly administrator: string; readonly password: string }

const encoded = (text: string): string => toBase64url(utf8(text))

const plaintextOf = (typed: TypedSecret, account: string): CredentialPlaintext => {
  switch (typed.kind) {
    case 'password':
      return { kind: 'password', password: encoded(typed.password) }
    case 'certificate':
      return { kind: 'certificate', certificatePem: typed.certificate, privateKeyPem: encoded(typed.privateKey) }
    case 'aws-iam':
      return { ...typed, secretAccessKey: encoded(typed.secretAccessKey), userName: account }
    case 'temporary-user':
      return { ...typed, password: encoded(typed.password), memberOf: account, owned: 'drop' }
  }
}

interface Target {
  readonly id: string
  readonly endpoint: Endpoint
}

/** Throws `vault_unavailable` when the trust bundle names no vault key. */
export const sealSecret = async (
  bridge: Bridge,
  resource: Target,
  /** `account`: who the credential is on the resource; of an IAM key and of temporary users a part of the secret. */
  { typed, account }: { readonly typed: TypedSecret; readonly account: string },
) => {
  const { organization, vaultKeys } = await bridge.call('trust', {})
  const vaultKey = vaultKeys[0]
  if (!vaultKey) throw new SallyportError('vault_unavailable')
  const digest = await endpointDigest(resource.endpoint)
  const info = secretInfo({ organization, resource: resource.id, endpointDigest: digest })
  const bytes = utf8(canonicalJson(plaintextOf(typed, account) as unknown as CanonicalValue))
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
