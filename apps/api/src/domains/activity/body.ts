/**
 * Bodies of activity at rest. Layout:
 *
 *     0        1            13                 n−16        n
 *     | 0x01   | nonce (12) | ciphertext       | tag (16)  |
 *
 * AES-256-GCM under the organization's activity key of the month; the associated data names organization, stream and number,
 * so that a body fits its own row only.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'

const VERSION = 1
const NONCE_LENGTH = 12
const TAG_LENGTH = 16
const HEAD_LENGTH = 1 + NONCE_LENGTH

export interface BodyPlace {
  readonly organization: string
  readonly stream: string
  readonly number: number
}

const associatedData = ({ organization, stream, number }: BodyPlace): Buffer =>
  Buffer.from(`sallyport activity v1\n${organization}\n${stream}\n${number}`)

export const encryptBody = (key: KeyObject, place: BodyPlace, text: string): Buffer => {
  const nonce = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_LENGTH })
  cipher.setAAD(associatedData(place))
  const ciphertext = cipher.update(text, 'utf8')
  return Buffer.concat([Buffer.of(VERSION), nonce, ciphertext, cipher.final(), cipher.getAuthTag()])
}

/** Throws `secret_unavailable` for another key or place, or a changed byte. */
export const decryptBody = (key: KeyObject, place: BodyPlace, body: Uint8Array): string => {
  try {
    if (body[0] !== VERSION || body.length < HEAD_LENGTH + TAG_LENGTH) throw new TypeError('not a body of version 1')
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(1, HEAD_LENGTH), { authTagLength: TAG_LENGTH })
    decipher.setAAD(associatedData(place))
    decipher.setAuthTag(body.subarray(-TAG_LENGTH))
    return decipher.update(body.subarray(HEAD_LENGTH, -TAG_LENGTH), undefined, 'utf8') + decipher.final('utf8')
  } catch (cause) {
    throw new SallyportError('secret_unavailable', { message: 'A record of activity cannot be read.', cause })
  }
}
