/**
 * Names of the web's cryptography that libraries for browsers and Node use in their declarations, and that Node's own types keep
 * in a namespace. Without them such a declaration silently becomes `any`.
 */
import type { webcrypto } from 'node:crypto'

declare global {
  type CryptoKey = webcrypto.CryptoKey
  type CryptoKeyPair = webcrypto.CryptoKeyPair
  type JsonWebKey = webcrypto.JsonWebKey
  type KeyUsage = webcrypto.KeyUsage
  type SubtleCrypto = webcrypto.SubtleCrypto
}
