import { fromBase64url } from '@sallyport/protocol'

/** SHA-256 as people compare it: groups of four. */
export const fingerprintGroups = (fingerprint: string): readonly string[] => {
  const hex = Array.from(fromBase64url(fingerprint), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.toUpperCase().match(/.{4}/g) ?? []
}
