/** TLS towards tools on this computer: the profile's own certificate, renewed before it ends. */
import { createSecureContext, type SecureContext } from 'node:tls'
import { createLoopbackCertificate, toPem } from '../identity/certificates.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import { privateKeyPem } from '../identity/key-pair.ts'

const RENEWED_BEFORE = 30 * 86_400_000

export const loopbackTls = async (identity: IdentityStore): Promise<SecureContext> => {
  const present = identity.document.loopback
  const lasting = present !== null && present.expiresAt - RENEWED_BEFORE > Date.now() ? present : null
  const { key, certificate } = lasting ?? (await renew(identity))
  return createSecureContext({ key: privateKeyPem(key), cert: toPem([certificate]) })
}

const renew = async (identity: IdentityStore) => {
  const loopback = await createLoopbackCertificate(Date.now())
  await identity.change(() => ({ loopback }))
  return loopback
}
