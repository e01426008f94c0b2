/**
 * Cosignatures of witnesses: C2SP tlog-cosignature, Ed25519. Says: at this time, this is the largest consistent head of the log that
 * the witness has seen. The signature in the note is
 *
 *     0              8                72
 *     | time (u64)   | Ed25519 (64)   |
 */
import { malformed } from './errors.ts'
import { type NoteKey, verifyEd25519 } from './note-key.ts'
import { type NoteSignature, type SignedNote, signersOf } from './signed-note.ts'

const TIME_SIZE = 8
const SIGNATURE_SIZE = 64

const messageOf = (text: string, time: bigint): Uint8Array => Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)

/** `time`: seconds since 1970, not 0. */
export const cosign = async (
  note: SignedNote,
  {
    key,
    time,
    sign,
  }: { readonly key: NoteKey; readonly time: number; readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array> },
): Promise<NoteSignature> => {
  if (!Number.isSafeInteger(time) || time <= 0) throw malformed('A cosignature has a time.')
  const seconds = Buffer.alloc(TIME_SIZE)
  seconds.writeBigUInt64BE(BigInt(time))
  const signature = Buffer.concat([seconds, await sign(messageOf(note.text, BigInt(time)))])
  return { name: key.name, id: key.id, signature }
}

const timeOf = (signature: Uint8Array): bigint => Buffer.from(signature).readBigUInt64BE(0)

const verifiesCosignature = (key: NoteKey, text: string, signature: Uint8Array): boolean => {
  if (signature.length !== TIME_SIZE + SIGNATURE_SIZE) return false
  const time = timeOf(signature)
  return time > 0n && time < 2n ** 63n && verifyEd25519(key, messageOf(text, time), signature.subarray(TIME_SIZE))
}

/** Which of these witnesses have cosigned. Throws `signature-invalid` when the cosignature of one does not hold. */
export const cosignersOf = (note: SignedNote, witnesses: readonly NoteKey[]): NoteKey[] =>
  signersOf(
    note,
    witnesses.filter(({ kind }) => kind === 'cosignature'),
    verifiesCosignature,
  )

/** When this witness cosigned, in seconds since 1970; null when it did not. Verifies nothing. */
export const cosignedAt = (note: SignedNote, { name, id }: NoteKey): number | null => {
  const found = note.signatures.find((each) => each.name === name && each.id === id)
  return found === undefined || found.signature.length < TIME_SIZE ? null : Number(timeOf(found.signature))
}
