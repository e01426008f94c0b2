/** What sinks of the log need to send: opened from what the client sealed, wrapped for its rest, and handed to whoever sends. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { type CanonicalValue, canonicalJson, fromUtf8, parseCanonicalJson, SallyportError, unseal } from '@sallyport/protocol'
import { type SinkDestination, sinkSecret, sinkSecretInfo } from '@sallyport/protocol/api'
import { withOrganization } from '../../db/with-organization.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { EncryptionContext } from '../../kms/kms.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'

/** It opens for this sink and destination only: who changes where the log is sent does not take the secret along. */
export const sinkSecretContext = (place: {
  readonly organization: string
  readonly sink: string
  readonly destination: SinkDestination
}): EncryptionContext => ({
  purpose: 'sink-secret',
  organization: place.organization,
  sink: place.sink,
  destination: createHash('sha256')
    .update(canonicalJson(place.destination as unknown as CanonicalValue))
    .digest('base64url'),
})

const kinds: Readonly<Record<SinkDestination['kind'], string | null>> = {
  'file': null,
  'syslog': 'client-certificate',
  'webhook': 'signing-key',
  'object-store': 'access-key',
  'otlp': 'header',
}

/** Throws for what is neither certificate nor key. */
const isPair = ({ certificate, key }: { readonly certificate: string; readonly key: string }): boolean =>
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))

const check = (plaintext: Uint8Array, destination: SinkDestination): void => {
  try {
    const secret = sinkSecret.parse(parseCanonicalJson(fromUtf8(plaintext)))
    if (secret.kind !== kinds[destination.kind]) throw new Error(`a ${destination.kind} sink has no ${secret.kind}`)
    if (secret.kind === 'client-certificate' && !isPair(secret)) throw new Error('this key is of another certificate')
  } catch (cause) {
    // The cause of a schema holds what it read.
    throw new SallyportError('unseal_failed', {
      message: 'This is not what this sink needs to send.',
      cause: new Error(cause instanceof Error ? cause.name : 'not an error'),
    })
  }
}

export const sinkSecrets = (
  { kms, pool }: VaultParts,
  keys: VaultKeys,
): Pick<VaultLink, 'sealSinkSecret' | 'openSinkSecret'> => ({
  sealSinkSecret: ({ vaultKey, sealed, ...place }) =>
    keys.withSealingKey(place.organization, vaultKey, (key) =>
      withSecretBytes(unseal(sealed, key, { info: sinkSecretInfo(place) }), async (plaintext) => {
        check(plaintext, place.destination)
        return { secret: await kms.wrap(plaintext, sinkSecretContext(place)) }
      }),
    ),
  async openSinkSecret({ organization, sink }) {
    const row = await withOrganization(pool, organization, (transaction) =>
      transaction.selectFrom('sinks').select(['destination', 'secret']).where('id', '=', sink).executeTakeFirst(),
    )
    if (row === undefined || row.secret === null) return { secret: null }
    return { secret: await kms.unwrap(row.secret, sinkSecretContext({ organization, sink, destination: row.destination })) }
  },
})
