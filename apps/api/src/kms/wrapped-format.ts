/**
 * What the vault keeps of a wrapped key: the service's answer, and the plaintext sealed under the data key in it.
 *
 *     0         1             9             17           19               19+n
 *     +---------+-------------+-------------+------------+----------------+--------------------+
 *     | 2       | service (8) | version (8) | length (2) | wrapped (n)    | sealed plaintext   |
 *     +---------+-------------+-------------+------------+----------------+--------------------+
 *
 * `service` and `version` are the beginnings of SHA-256 digests of their names. Everything up to `sealed plaintext`, and the
 * encryption context, are the associated data of the sealing: also a service that binds no context cannot be made to open one
 * row's key for another.
 */
import { createHash } from 'node:crypto'
import { concatBytes } from '@sallyport/protocol'
import { MAX_WRAPPED_KEY } from './key-service.ts'

const FORMAT = 2
const NAME = 8
const LENGTH_AT = 1 + NAME + NAME
const WRAPPED_AT = LENGTH_AT + 2

export interface WrappedParts {
  readonly service: string
  /** Everything before the sealed plaintext. */
  readonly header: Uint8Array
  readonly wrappedKey: Uint8Array
  readonly sealed: Uint8Array
}

const digestOf = (kind: string, name: string): Buffer =>
  createHash('sha256').update(`sallyport kms ${kind}\n${name}`).digest().subarray(0, NAME)

/** How a service is named inside wrapped bytes; hexadecimal. */
export const serviceName = (service: { readonly driver: string; readonly locator: string }): string =>
  digestOf('service', `${service.driver}\n${service.locator}`).toString('hex')

/** What everything begins with that is wrapped by this service under this version. */
export const prefixOf = (service: { readonly driver: string; readonly locator: string }, version: string): Uint8Array =>
  concatBytes(Uint8Array.of(FORMAT), Buffer.from(serviceName(service), 'hex'), digestOf('version', version))

export const headerOf = (prefix: Uint8Array, wrappedKey: Uint8Array): Uint8Array => {
  if (wrappedKey.length === 0 || wrappedKey.length > MAX_WRAPPED_KEY) throw new Error('a wrapped key of unexpected length')
  return concatBytes(prefix, Uint8Array.of(wrappedKey.length >> 8, wrappedKey.length & 0xff), wrappedKey)
}

/** Null for what is not of this format. */
export const readWrapped = (bytes: Uint8Array): WrappedParts | null => {
  if (bytes.length < WRAPPED_AT || bytes[0] !== FORMAT) return null
  const length = (bytes[LENGTH_AT]! << 8) | bytes[LENGTH_AT + 1]!
  const end = WRAPPED_AT + length
  if (length === 0 || length > MAX_WRAPPED_KEY || end >= bytes.length) return null
  return {
    service: Buffer.from(bytes.subarray(1, 1 + NAME)).toString('hex'),
    header: bytes.subarray(0, end),
    wrappedKey: bytes.subarray(WRAPPED_AT, end),
    sealed: bytes.subarray(end),
  }
}
