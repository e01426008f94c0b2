/** Checkpoints: C2SP tlog-checkpoint. What a log says of itself: its origin, its size, its root; signed as a note. */
import { hashFromBase64, toBase64, wholeNumber } from './base64.ts'
import { AuditLogError, malformed } from './errors.ts'
import { formatNoteKey, type NoteKey, verifyEd25519 } from './note-key.ts'
import { formatNote, type NoteSignature, parseNote, type SignedNote, signersOf, type VerifySignature } from './signed-note.ts'

export interface Checkpoint {
  /** Names the log. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** Root hash, 32 bytes. */
  readonly root: Uint8Array
  /** Lines of which nobody may conclude anything; ours have none. */
  readonly extensions: readonly string[]
}

/** The text that is signed. */
export const formatCheckpoint = ({ origin, size, root, extensions }: Checkpoint): string =>
  [origin, String(size), toBase64(root), ...extensions].map((line) => `${line}\n`).join('')

/** Throws `malformed`. Whether the root can be that of so many entries is not looked at. */
export const parseCheckpoint = (text: string): Checkpoint => {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.includes('')) throw malformed('A checkpoint has no empty lines.')
  const [origin, size, root, ...extensions] = lines
  if (origin === undefined || size === undefined || root === undefined) throw malformed('A checkpoint has three lines.')
  return { origin, size: wholeNumber(size), root: hashFromBase64(root), extensions }
}

const verifiesText: VerifySignature = (key, text, signature) => verifyEd25519(key, Buffer.from(text), signature)

/** Signs with the log's key. `sign`: Ed25519 over the bytes, 64 bytes. */
export const signCheckpoint = async (
  checkpoint: Checkpoint,
  key: NoteKey,
  sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Promise<string> => {
  const text = formatCheckpoint(checkpoint)
  return formatNote({ text, signatures: [{ name: key.name, id: key.id, signature: await sign(Buffer.from(text)) }] })
}

export interface OpenedCheckpoint extends Checkpoint {
  readonly note: SignedNote
}

/**
 * A checkpoint that one of the log's keys signed; a key is good for the log of its own name. Throws `malformed`, and
 * `signature-invalid` when no known key signed it or the signature of one does not hold.
 */
export const openCheckpoint = (text: string, logKeys: readonly NoteKey[]): OpenedCheckpoint => {
  const note = parseNote(text)
  const checkpoint = parseCheckpoint(note.text)
  const own = logKeys.filter(({ name, kind }) => name === checkpoint.origin && kind === 'ed25519')
  if (signersOf(note, own, verifiesText).length === 0) {
    const known = own.map(formatNoteKey).join(', ')
    throw new AuditLogError('signature-invalid', `No key of ${checkpoint.origin} signed this checkpoint${known && `: ${known}`}.`)
  }
  return { ...checkpoint, note }
}

/** The same checkpoint with more signatures; a line that is there already is not added again. */
export const withSignatures = (note: SignedNote, signatures: readonly NoteSignature[]): SignedNote => {
  const keyOf = ({ name, id }: NoteSignature): string => `${name} ${id}`
  const added = new Set(signatures.map(keyOf))
  return { text: note.text, signatures: [...note.signatures.filter((each) => !added.has(keyOf(each))), ...signatures] }
}
