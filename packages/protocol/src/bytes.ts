/** Bytes and their texts. Base64url is RFC 4648 §5 without padding, and decodes strictly: one encoding per value. */
import { SallyportError } from './errors.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export type Bytes = Uint8Array<ArrayBuffer>

export const utf8 = (text: string): Bytes => encoder.encode(text)

/** Throws `invalid_request` on bytes that are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: 'Not UTF-8 text.', cause })
  }
}

export const concatBytes = (...parts: readonly Uint8Array[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Int16Array(128).fill(-1)
for (let index = 0; index < alphabet.length; index++) values[alphabet.charCodeAt(index)] = index

export const toBase64url = (bytes: Uint8Array): string => {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const available = Math.min(3, bytes.length - index)
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    for (let digit = 0; digit <= available; digit++) text += alphabet[(group >> (18 - 6 * digit)) & 63]
  }
  return text
}

/** Throws `invalid_request` on padding, foreign characters, impossible lengths and non-zero trailing bits. */
export const fromBase64url = (text: string): Bytes => {
  const rest = text.length % 4
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let [group, bits, offset] = [0, 0, 0]
  for (let index = 0; index < text.length; index++) {
    const value = values[text.charCodeAt(index)] ?? -1
    if (value < 0) throw new SallyportError('invalid_request', { message: 'Not base64url.' })
    group = ((group << 6) | value) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[offset++] = (group >> bits) & 0xff
    }
  }
  if (rest === 1 || (group & ((1 << bits) - 1)) !== 0) throw new SallyportError('invalid_request', { message: 'Not base64url.' })
  return bytes
}

/** Compares in time that depends on the lengths only. */
export const equalBytes = (left: Uint8Array, right: Uint8Array): boolean => {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) difference |= left[index]! ^ right[index]!
  return difference === 0
}

export const sha256 = async (bytes: Uint8Array): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Bytes))
