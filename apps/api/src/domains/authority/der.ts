/** The few pieces of DER (X.690 §8, §10) that the certificate library keeps to itself. */
import { concatBytes } from '@sallyport/protocol'

const SEQUENCE = 0x30
const INTEGER = 0x02
const BIT_STRING = 0x03

/** ecdsa-with-SHA256, without parameters (RFC 5758 §3.2). */
const ecdsaWithSha256 = Uint8Array.of(SEQUENCE, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)

const lengthOf = (length: number): Uint8Array => {
  if (length < 0x80) return Uint8Array.of(length)
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.of(0x80 | digits.length, ...digits)
}

const element = (tag: number, content: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(tag), lengthOf(content.length), content)

/** Shortest form: no leading zero but the one that keeps the number positive. */
const unsignedInteger = (bytes: Uint8Array): Uint8Array => {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first === -1 ? Uint8Array.of(0) : bytes.subarray(first)
  return element(INTEGER, (digits[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits)
}

/** The signature of a certificate: SEQUENCE of r and s (RFC 3279 §2.2.3) of the 64 bytes r ‖ s. */
const ecdsaSignature = (signature: Uint8Array): Uint8Array =>
  element(SEQUENCE, concatBytes(unsignedInteger(signature.subarray(0, 32)), unsignedInteger(signature.subarray(32))))

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 §4.1). `signature`: r ‖ s. */
export const assembleCertificate = (tbsCertificate: Uint8Array, signature: Uint8Array): Uint8Array => {
  const bits = element(BIT_STRING, concatBytes(Uint8Array.of(0), ecdsaSignature(signature)))
  return element(SEQUENCE, concatBytes(tbsCertificate, ecdsaWithSha256, bits))
}

/** Where the element at `offset` has its content and its end. Only for DER that the library itself just wrote. */
const measure = (der: Uint8Array, offset: number): { readonly content: number; readonly end: number } => {
  const first = der[offset + 1] ?? 0
  if (first < 0x80) return { content: offset + 2, end: offset + 2 + first }
  const digits = first & 0x7f
  const length = der.subarray(offset + 2, offset + 2 + digits).reduce((sum, byte) => sum * 256 + byte, 0)
  return { content: offset + 2 + digits, end: offset + 2 + digits + length }
}

/** The bytes of a certificate that are signed. */
export const tbsCertificateOf = (certificate: Uint8Array): Uint8Array => {
  const { content } = measure(certificate, 0)
  return certificate.slice(content, measure(certificate, content).end)
}
