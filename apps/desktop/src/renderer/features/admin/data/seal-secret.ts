/** Seals secrets to the vault key in this page: what leaves it can be opened by the vault alone. */
import {
  type CanonicalValue,
  canonicalJson,
  type CredentialPlaintext,
  type Endpoint,
  endpointDigest,
  fromBase64url,
  type OwnedAtEnd,
  seal,
  SallyportError,
  toBase64url,
  utf8,
} from '@sallyport/protocol'
import { secretInfo, type SinkDestination, type SinkSecret, sinkSecretInfo } from '@sallyport/protocol/api'
import type { Bridge } from '../../../bridge/bridge.ts'
import type { RouteInput } from '../../../data/use-route.ts'

/** What a person typed or pasted. */
export type TypedSecret =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly privateKey: string }
  | { readonly kind: 'aws-iam'; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string }
  | {
      readonly kind: 'temporary-user'
      readonly administrator: string
      readonly password: string
      readonly owned: OwnedAtEnd
    }

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
      return { ...typed, password: encoded(typed.password), memberOf: account }
  }
}

/** @param infoOf what it is sealed for. Throws `vault_unavailable` when the trust bundle names no vault key. */
const sealForVault = async (bridge: Bridge, plaintext: object, infoOf: (organization: string) => string) => {
  const { organization, vaultKeys } = await bridge.call('trust', {})
  const vaultKey = vaultKeys[0]
  if (!vaultKey) throw new SallyportError('vault_unavailable')
  const bytes = utf8(canonicalJson(plaintext as CanonicalValue))
  try {
    const info = infoOf(organization)
    return { vaultKey: vaultKey.id, sealed: await seal(bytes, fromBase64url(vaultKey.publicKey), { info }) }
  } finally {
    bytes.fill(0)
  }
}

export interface SealingTarget {
  readonly id: string
  readonly endpoint: Endpoint
}

/** Which resource a secret is for, and the endpoint that the person is shown: it is bound to that. */
export const bindingOf = async ({ id, endpoint }: SealingTarget) => ({
  resource: id,
  endpointDigest: await endpointDigest(endpoint),
})

export const sealSecret = async (
  bridge: Bridge,
  resource: SealingTarget,
  /** `account`: who the credential is on the resource; of an IAM key and of temporary users a part of the secret. */
  { typed, account }: { readonly typed: TypedSecret; readonly account: string },
) => {
  const binding = await bindingOf(resource)
  const sealed = await sealForVault(bridge, plaintextOf(typed, account), (organization) =>
    secretInfo({ organization, ...binding }),
  )
  return { ...binding, ...sealed } satisfies RouteInput<'createSecret'>['body']
}

export const sealSinkSecret = (bridge: Bridge, destination: SinkDestination, secret: SinkSecret) =>
  sealForVault(bridge, secret, (organization) => sinkSecretInfo({ organization, destination }))
