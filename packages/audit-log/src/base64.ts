/** Base64 as notes and proofs have it: RFC 4648 §4 with padding, one encoding for each value. */
import { malformed } from './errors.ts'
import { HASH_SIZE } from './hash.ts'

export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')

/** Throws `malformed` for any text that {@link toBase64} does not make. */
export const fromBase64 = (text: string): Uint8Array => {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw malformed('This is not base64.')
  return bytes
}

export const hashFromBase64 = (text: string): Uint8Array => {
  const hash = fromBase64(text)
  if (hash.length !== HASH_SIZE) throw malformed(`A hash has ${HASH_SIZE} bytes.`)
  return hash
}

/** ASCII decimal without leading zeroes, up to the largest safe integer. */
export const wholeNumber = (text: string): number => {
  const value = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw malformed('This is not a whole number.')
  return value
}
