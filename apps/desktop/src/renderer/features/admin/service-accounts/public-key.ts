/** The public key of a program, as it is pasted. Pure. */
import { toBase64url } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'

/** SubjectPublicKeyInfo of P-256 with an uncompressed point (RFC 5480 §2): everything before the point itself. */
const P256_HEAD = '3059301306072a8648ce3d020106082a8648ce3d03010703420004'
const P256_LENGTH = 91
const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** base64url of the key (DER), or null when the text holds none. */
export const publicKeyIn = (pem: string): string | null => {
  const [, body = ''] = PEM.exec(pem) ?? []
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0))
    return bytes.length === P256_LENGTH && hex(bytes).startsWith(P256_HEAD) ? toBase64url(bytes) : null
  } catch {
    return null
  }
}

/** Null, or what is wrong. */
export const publicKeyFault = (pem: string): string | null => {
  if (pem.includes('PRIVATE KEY')) return text('serviceAccounts.keyPrivate')
  return publicKeyIn(pem) === null ? text('serviceAccounts.keyError') : null
}
