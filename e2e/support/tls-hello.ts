/**
 * What two ends of TLS offer and choose, read from the bytes on the wire: the hellos are not encrypted.
 *
 *     record      type (1, handshake = 22) · version (2) · length (2) · fragment           RFC 8446 §5.1
 *     handshake   type (1: 1 ClientHello, 2 ServerHello) · length (3) · body                 §4
 *     body        legacy version (2) · random (32) · session id (1 + n) ·
 *                 cipher suites (2 + n, one of 2 in a ServerHello) · compression (1 + n, 1) ·
 *                 extensions (2 + n), each: type (2) · length (2) · data                     §4.1.2, §4.1.3
 */

export const X25519MLKEM768 = 0x11ec
export const X25519 = 0x001d
export const TLS_1_3 = 0x0304
export const TLS_1_2 = 0x0303

const HANDSHAKE_RECORD = 22
const RECORD_HEADER = 5
const CLIENT_HELLO = 1
const SUPPORTED_GROUPS = 10
const SUPPORTED_VERSIONS = 43
const KEY_SHARE = 51

export interface Hello {
  readonly kind: 'client' | 'server'
  /** Offered, or the one that was chosen. */
  readonly cipherSuites: readonly number[]
  readonly versions: readonly number[]
  /** Most wanted first; empty in a ServerHello. */
  readonly groups: readonly number[]
  /** Groups of the key shares; a ServerHello has the one that was chosen. */
  readonly keyShares: readonly number[]
  /** Where in the bytes each of these two-byte numbers stands, for who wants to change one: number → offsets. */
  readonly places: {
    readonly groups: ReadonlyMap<number, readonly number[]>
    readonly versions: ReadonlyMap<number, readonly number[]>
  }
}

/** Goes through bytes from the front. */
class Reader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  take(length: number): number {
    const value = this.#bytes.readUIntBE(this.at, length)
    this.at += length
    return value
  }

  skip(length: number): void {
    this.at += length
  }
}

/** All numbers of two bytes from here to `end`, with their places. */
const numbersUntil = (reader: Reader, end: number, places: Map<number, number[]>): number[] => {
  const found: number[] = []
  while (reader.at + 2 <= end) {
    const place = reader.at
    const value = reader.take(2)
    found.push(value)
    places.set(value, [...(places.get(value) ?? []), place])
  }
  return found
}

/**
 * Reads the first message of a connection's one direction; null while it is not complete. It must be one whole record, as those
 * of OpenSSL are. Throws for what is no hello.
 */
export const readHello = (bytes: Buffer): Hello | null => {
  if (bytes.length < RECORD_HEADER) return null
  if (bytes[0] !== HANDSHAKE_RECORD) throw new Error(`a record of type ${bytes[0]}`)
  if (bytes.length < RECORD_HEADER + bytes.readUInt16BE(3)) return null
  const reader = new Reader(bytes, RECORD_HEADER)
  const isClient = reader.take(1) === CLIENT_HELLO
  const end = reader.take(3) + reader.at
  reader.skip(2 + 32)
  reader.skip(reader.take(1))
  const groupPlaces = new Map<number, number[]>()
  const versionPlaces = new Map<number, number[]>()
  const suitesEnd = isClient ? reader.take(2) + reader.at : reader.at + 2
  const cipherSuites = numbersUntil(reader, suitesEnd, new Map())
  reader.skip(isClient ? reader.take(1) : 1)
  reader.skip(2)
  const hello = { versions: [] as number[], groups: [] as number[], keyShares: [] as number[] }
  while (reader.at + 4 <= end) {
    const type = reader.take(2)
    const extensionEnd = reader.take(2) + reader.at
    if (type === SUPPORTED_VERSIONS) {
      if (isClient) reader.skip(1)
      hello.versions = numbersUntil(reader, extensionEnd, versionPlaces)
    } else if (type === SUPPORTED_GROUPS) {
      reader.skip(2)
      hello.groups = numbersUntil(reader, extensionEnd, groupPlaces)
    } else if (type === KEY_SHARE) {
      if (isClient) reader.skip(2)
      while (reader.at + 2 <= extensionEnd) {
        hello.keyShares.push(...numbersUntil(reader, reader.at + 2, groupPlaces))
        // A HelloRetryRequest has the group alone.
        if (reader.at + 2 <= extensionEnd) reader.skip(reader.take(2))
      }
    }
    reader.at = extensionEnd
  }
  return {
    kind: isClient ? 'client' : 'server',
    cipherSuites,
    ...hello,
    places: { groups: groupPlaces, versions: versionPlaces },
  }
}
