/** Keys that arrive: only P-256, only in the one form that has a single encoding, only with proof that the sender holds them. */
import 'reflect-metadata'
import { equalBytes, SallyportError } from '@sallyport/protocol'
import { Pkcs10CertificateRequest } from '@peculiar/x509'

/** SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480 §2): this prefix and 64 bytes. */
const P256_PREFIX = Uint8Array.of(
  ...[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04],
)
const P256_LENGTH = P256_PREFIX.length + 64

/** Longest certificate request in bytes; ours have about 200. */
const MAX_REQUEST = 4096

/** Throws `invalid_request` for anything but a point on P-256 in its one encoding. */
export const requireP256 = async (publicKey: Uint8Array): Promise<void> => {
  const form = publicKey.length === P256_LENGTH && equalBytes(publicKey.subarray(0, P256_PREFIX.length), P256_PREFIX)
  if (!form) throw new SallyportError('invalid_request', { message: 'The key is not a P-256 key.' })
  try {
    await crypto.subtle.importKey('spki', new Uint8Array(publicKey), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: 'The key is not a P-256 key.', cause })
  }
}

/**
 * The public key of a PKCS #10 request (RFC 2986) whose signature proves that the sender holds the private key. Nothing else
 * of the request is looked at: names and extensions are ours to give. Throws `invalid_request`.
 */
export const keyOfCertificateRequest = async (request: Uint8Array): Promise<Uint8Array> => {
  if (request.length === 0 || request.length > MAX_REQUEST) {
    throw new SallyportError('invalid_request', { message: 'The certificate request is empty or too long.' })
  }
  let parsed: Pkcs10CertificateRequest
  try {
    parsed = new Pkcs10CertificateRequest(new Uint8Array(request))
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: 'The certificate request cannot be read.', cause })
  }
  const publicKey = new Uint8Array(parsed.publicKey.rawData)
  await requireP256(publicKey)
  if (!(await parsed.verify().catch(() => false))) {
    throw new SallyportError('invalid_request', { message: 'The certificate request is not signed by its key.' })
  }
  return publicKey
}
