/**
 * Keys of notes: C2SP signed-note. A key is named by its name and id, which depends on the kind of signature; `vkey` is its text:
 *
 *     <name>+<hex key id>+<base64(kind ‖ public key)>
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { fromBase64, toBase64 } from './base64.ts'
import { malformed } from './errors.ts'

/** The kinds that are known here: of a log, over the text; of a witness, over the text and a time (C2SP tlog-cosignature). */
export const noteKeyKinds = { ed25519: 0x01, cosignature: 0x04 } as const
export type NoteKeyKind = keyof typeof noteKeyKinds

const PUBLIC_KEY_SIZE = 32
const MAX_NAME = 255
/** SubjectPublicKeyInfo of an Ed25519 key before its 32 bytes (RFC 8410 §4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

export interface NoteKey {
  readonly name: string
  readonly kind: NoteKeyKind
  /** Four bytes, in hex. */
  readonly id: string
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** Not empty, without spaces, control characters and plus signs. */
export const isKeyName = (name: string): boolean =>
  name.length <= MAX_NAME && /^[^\s\p{Cc}\p{Z}+]+$/u.test(name) && name.isWellFormed()

const typed = (kind: NoteKeyKind, publicKey: Uint8Array): Buffer => Buffer.concat([Buffer.of(noteKeyKinds[kind]), publicKey])

/** Throws `malformed` for a name or a key that cannot be one. */
export const noteKey = (name: string, kind: NoteKeyKind, publicKey: Uint8Array): NoteKey => {
  if (!isKeyName(name)) throw malformed('This cannot be the name of a key.')
  if (publicKey.length !== PUBLIC_KEY_SIZE) throw malformed(`An Ed25519 key has ${PUBLIC_KEY_SIZE} bytes.`)
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed(kind, publicKey)]), 'buffer')
  return { name, kind, id: digest.toString('hex', 0, 4), publicKey }
}

export const formatNoteKey = ({ name, id, kind, publicKey }: NoteKey): string =>
  `${name}+${id}+${toBase64(typed(kind, publicKey))}`

/** Throws `malformed` for a kind that is not known here, and for an id that is not the key's. */
export const parseNoteKey = (text: string): NoteKey => {
  const [name, id, material, ...more] = text.split('+')
  // Base64 has plus signs of its own.
  const bytes = fromBase64([material ?? '', ...more].join('+'))
  const [kind] = (Object.keys(noteKeyKinds) as NoteKeyKind[]).filter((each) => noteKeyKinds[each] === bytes[0])
  if (kind === undefined) throw malformed('This key is of a kind that is not known here.')
  const key = noteKey(name ?? '', kind, bytes.subarray(1))
  if (key.id !== id) throw malformed('The id is not that of this key.')
  return key
}

/** The 32 bytes of an Ed25519 key. `spki`: SubjectPublicKeyInfo, DER. */
export const rawPublicKey = (spki: Uint8Array): Uint8Array => {
  if (spki.length !== spkiPrefix.length + PUBLIC_KEY_SIZE || !spkiPrefix.equals(spki.subarray(0, spkiPrefix.length))) {
    throw malformed('This is not an Ed25519 key.')
  }
  return spki.subarray(spkiPrefix.length)
}

const keyObjects = new WeakMap<NoteKey, KeyObject>()

const keyObjectOf = (key: NoteKey): KeyObject => {
  const known = keyObjects.get(key)
  if (known) return known
  const made = createPublicKey({ key: Buffer.concat([spkiPrefix, key.publicKey]), format: 'der', type: 'spki' })
  keyObjects.set(key, made)
  return made
}

export const verifyEd25519 = (key: NoteKey, message: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, message, keyObjectOf(key), signature)
