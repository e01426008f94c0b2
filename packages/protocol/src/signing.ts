/**
 * Signatures by the algorithms Sallyport uses. Private keys never enter this package: a {@link Signer} is handed in by
 * whoever owns the key (keychain, KMS, file).
 *
 * Algorithm names are those of the HTTP Signature Algorithms registry (RFC 9421 §6.2): `ecdsa-p256-sha256` (64 bytes, r ‖ s)
 * for devices, sessions, gateways and certificate authorities; `ed25519` (64 bytes) for log checkpoints and receipts.
 */
import { type Bytes, sha256, toBase64url } from './bytes.ts'

export type SignatureAlgorithm = 'ecdsa-p256-sha256' | 'ed25519'

/** Length in bytes of a signature of either algorithm. */
export const SIGNATURE_LENGTH = 64

export interface Signer {
  readonly algorithm: SignatureAlgorithm
  /** SubjectPublicKeyInfo, DER (RFC 5280 §4.1.2.7). */
  readonly publicKey: Uint8Array
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** Names a key: base64url SHA-256 of its SubjectPublicKeyInfo; 43 characters. */
export const keyIdOf = async (publicKey: Uint8Array): Promise<string> => toBase64url(await sha256(publicKey))

const importAlgorithms = {
  'ecdsa-p256-sha256': { name: 'ECDSA', namedCurve: 'P-256' },
  'ed25519': { name: 'Ed25519' },
} as const
const verifyAlgorithms = {
  'ecdsa-p256-sha256': { name: 'ECDSA', hash: 'SHA-256' },
  'ed25519': { name: 'Ed25519' },
} as const

/** Verifies with a SubjectPublicKeyInfo. False for a wrong signature, a wrong length, or a key that is not of this algorithm. */
export const verifySignature = async (
  key: { readonly algorithm: SignatureAlgorithm; readonly publicKey: Uint8Array },
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> => {
  if (signature.length !== SIGNATURE_LENGTH) return false
  try {
    const imported = await crypto.subtle.importKey('spki', key.publicKey as Bytes, importAlgorithms[key.algorithm], false, [
      'verify',
    ])
    return await crypto.subtle.verify(verifyAlgorithms[key.algorithm], imported, signature as Bytes, data as Bytes)
  } catch {
    return false
  }
}
