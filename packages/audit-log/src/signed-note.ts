/** Signed notes: C2SP signed-note. A text and, after an empty line, the lines of those who signed it. */
import { fromBase64, toBase64 } from './base64.ts'
import { AuditLogError, malformed } from './errors.ts'
import { isKeyName, type NoteKey } from './note-key.ts'

/** Characters of a note. Signatures of kinds that are skipped here may have kilobytes. */
export const MAX_NOTE = 256 * 1024
export const MAX_SIGNATURES = 64
const KEY_ID_SIZE = 4

export interface NoteSignature {
  readonly name: string
  /** Four bytes, in hex. */
  readonly id: string
  readonly signature: Uint8Array
}

export interface SignedNote {
  /** With the newline at its end. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const lineOf = ({ name, id, signature }: NoteSignature): string =>
  `— ${name} ${toBase64(Buffer.concat([Buffer.from(id, 'hex'), signature]))}\n`

export const formatNote = ({ text, signatures }: SignedNote): string => `${text}\n${signatures.map(lineOf).join('')}`

/** One line, without its newline. Throws `malformed`. */
const parseLine = (line: string): NoteSignature => {
  const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? []
  if (name === undefined || base64 === undefined || !isKeyName(name)) throw malformed('This is not the line of a signature.')
  const bytes = fromBase64(base64)
  if (bytes.length <= KEY_ID_SIZE) throw malformed('A signature is empty.')
  return { name, id: Buffer.from(bytes.subarray(0, KEY_ID_SIZE)).toString('hex'), signature: bytes.subarray(KEY_ID_SIZE) }
}

/** Lines as a witness answers them, each ended by a newline. Throws `malformed`. */
export const parseSignatureLines = (lines: string): NoteSignature[] => {
  if (lines.length > MAX_NOTE || !lines.endsWith('\n')) throw malformed('These are not lines of signatures.')
  const parts = lines.slice(0, -1).split('\n')
  if (parts.length > MAX_SIGNATURES) throw malformed(`A note has at most ${MAX_SIGNATURES} signatures here.`)
  return parts.map(parseLine)
}

export const formatSignatureLines = (signatures: readonly NoteSignature[]): string => signatures.map(lineOf).join('')

/** Throws `malformed`. Verifies nothing. */
export const parseNote = (note: string): SignedNote => {
  if (note.length > MAX_NOTE) throw malformed('The note is too long.')
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed('The note holds a control character.')
  const end = note.lastIndexOf('\n\n')
  if (end < 1) throw malformed('The note has no signatures.')
  return { text: note.slice(0, end + 1), signatures: parseSignatureLines(note.slice(end + 2)) }
}

/** Whether a signature of this key over this text holds; for cosignatures the key's own way of verifying, see there. */
export type VerifySignature = (key: NoteKey, text: string, signature: Uint8Array) => boolean

/**
 * The keys whose signature is there and holds. Signatures of other keys, and of kinds that are not known, are skipped. Throws
 * `signature-invalid` when a known key's does not hold.
 */
export const signersOf = (note: SignedNote, keys: readonly NoteKey[], verifies: VerifySignature): NoteKey[] =>
  keys.filter((key) => {
    const own = note.signatures.filter(({ name, id }) => name === key.name && id === key.id)
    if (!own.every(({ signature }) => verifies(key, note.text, signature))) {
      throw new AuditLogError('signature-invalid', `The signature of ${key.name} (${key.id}) does not verify.`)
    }
    return own.length > 0
  })
