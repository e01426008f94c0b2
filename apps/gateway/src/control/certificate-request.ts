/**
 * A PKCS #10 certificate request (RFC 2986 §4) for a P-256 key, in DER. Who is certified is for the API to say; the name in it
 * only has to be there.
 *
 *     SEQUENCE
 *       SEQUENCE                      what is signed
 *         INTEGER 0                   version
 *         SEQUENCE SET SEQUENCE       CN=gateway
 *         SubjectPublicKeyInfo
 *         [0]                         no attributes
 *       SEQUENCE                      ecdsa-with-SHA256 (RFC 5758 §3.2)
 *       BIT STRING                    signature
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto'

const Tag = {
  integer: 0x02,
  bitString: 0x03,
  objectId: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  attributes: 0xa0,
} as const

const COMMON_NAME = Buffer.from('550403', 'hex')
const ECDSA_WITH_SHA256 = Buffer.from('2a8648ce3d040302', 'hex')

const NO_UNUSED_BITS = Buffer.of(0)

/** One element; of a length below 256, as all of a request for such a key have. */
const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const length = content.length < 0x80 ? Buffer.of(content.length) : Buffer.of(0x81, content.length)
  if (content.length > 0xff) throw new RangeError('a certificate request for another kind of key')
  return Buffer.concat([Buffer.of(tag), length, content])
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => element(Tag.sequence, ...contents)

const subject = sequence(
  element(Tag.set, sequence(element(Tag.objectId, COMMON_NAME), element(Tag.utf8String, Buffer.from('gateway')))),
)

export const certificateRequest = (privateKey: KeyObject): Buffer => {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const signed = sequence(element(Tag.integer, Buffer.of(0)), subject, publicKey, element(Tag.attributes))
  const signature = sign('sha256', signed, privateKey)
  return sequence(signed, sequence(element(Tag.objectId, ECDSA_WITH_SHA256)), element(Tag.bitString, NO_UNUSED_BITS, signature))
}
