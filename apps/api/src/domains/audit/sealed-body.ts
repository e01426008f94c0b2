/**
 * Bodies of entries on their way to the log role, which alone opens them: nothing of them is to be found in the database's files
 * and its write-ahead log. `sealed.` and, in base64url:
 *
 *     0         1                33                  65               113
 *     +---------+----------------+-------------------+----------------+-----------------------+
 *     | version | log's key (32) | encapsulated (32) | a key (48)     | envelope of the body  |
 *     +---------+----------------+-------------------+----------------+-----------------------+
 *
 * A process makes a key every hour and seals it to the log's public key (HPKE, base mode); entries are sealed under that key, each
 * for its own id, type and organization. So neither side computes on a curve for each entry.
 */
import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { concatBytes, fromBase64url, seal, type Sealed, toBase64url } from '@sallyport/protocol'
import { openBytes, sealBytes } from '../../keys/envelope.ts'

const PREFIX = 'sealed.'
const VERSION = 1
const KEY = 32
const SEALED_KEY = KEY + 16
const HEAD = 1 + 2 * KEY + SEALED_KEY

/** To what the key of a process is sealed. */
export const OUTBOX_KEY_INFO = 'sallyport outbox key v1'

/** Milliseconds. */
const KEEP = 3_600_000

/** The entry that a body belongs to. */
export interface BodyPlace {
  readonly organization: string
  readonly id: string
  readonly type: string
}

const contextOf = ({ organization, id, type }: BodyPlace) => ({ use: 'sallyport outbox entry v1', organization, id, type })

/** By which a public key of the log is named. */
export const idOfOutboxKey = (publicKey: Uint8Array): Buffer => createHash('sha256').update(publicKey).digest()

interface Writer {
  readonly recipient: Buffer
  readonly until: number
  readonly made: Promise<{ readonly key: KeyObject; readonly head: Uint8Array }>
}

const makeWriterKey = async (recipient: Uint8Array) => {
  const key = randomBytes(KEY)
  const { encapsulated, ciphertext } = await seal(key, recipient, { info: OUTBOX_KEY_INFO })
  const parts = [idOfOutboxKey(recipient), fromBase64url(encapsulated), fromBase64url(ciphertext)]
  return { key: createSecretKey(key), head: concatBytes(Uint8Array.of(VERSION), ...parts) }
}

let writer: Writer | null = null

const writerFor = (recipient: Uint8Array): Writer => {
  const now = performance.now()
  if (writer === null || !writer.recipient.equals(recipient) || writer.until <= now) {
    writer = { recipient: Buffer.from(recipient), until: now + KEEP, made: makeWriterKey(recipient) }
  }
  return writer
}

/** `recipient`: the log's public key. */
export const sealBody = async (recipient: Uint8Array, place: BodyPlace, body: string): Promise<string> => {
  const { key, head } = await writerFor(recipient).made
  return PREFIX + Buffer.concat([head, sealBytes(Buffer.from(body), key, contextOf(place))]).toString('base64url')
}

export interface SealedBody {
  /** Which of the log's keys opens the sealed key. */
  readonly recipient: Uint8Array
  /** The same for all bodies under one key. */
  readonly keyName: string
  readonly sealedKey: () => Sealed
  /** Throws for another key or place. */
  readonly open: (key: Uint8Array | KeyObject, place: BodyPlace) => string
}

/** Others are in clear, as they were before. */
export const isSealedBody = (text: string): boolean => text.startsWith(PREFIX)

/** Null for a body in clear. Throws for what is neither. */
export const parseSealedBody = (text: string): SealedBody | null => {
  if (!isSealedBody(text)) return null
  // Thousands a second: what is not base64url is passed over, and does not open.
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url')
  if (bytes[0] !== VERSION || bytes.length < HEAD) throw new TypeError('not a sealed body of this version')
  const encapsulated = bytes.subarray(1 + KEY, 1 + 2 * KEY)
  return {
    recipient: bytes.subarray(1, 1 + KEY),
    keyName: encapsulated.toString('base64url'),
    sealedKey: () => ({ encapsulated: toBase64url(encapsulated), ciphertext: toBase64url(bytes.subarray(1 + 2 * KEY, HEAD)) }),
    open: (key, place) => openBytes(bytes.subarray(HEAD), key, contextOf(place)).toString('utf8'),
  }
}
